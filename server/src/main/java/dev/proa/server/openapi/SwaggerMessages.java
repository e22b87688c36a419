package dev.proa.server.openapi;

import dev.proa.api.codec.Json;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Translates parts of a document in JSON to messages of gnostic's {@code openapi.v2}. */
final class SwaggerMessages {
    private static final String REF = "$ref";
    /** In the order of their numbers, from 2 on. */
    private static final String[] METHODS = {"get", "put", "post", "delete", "options", "head", "patch"};

    private SwaggerMessages() {}

    static Message named(String name, Message value) {
        return new Message().string(1, name).message(2, value);
    }

    static Message apiKey(MapValue key) {
        return new Message()
                .string(1, key.string("type"))
                .string(2, key.string("name"))
                .string(3, key.string("in"))
                .string(4, key.string("description"));
    }

    static Message pathItem(MapValue item) {
        Message message = new Message().string(1, item.string(REF));
        for (int i = 0; i < METHODS.length; i++) {
            if (item.get(METHODS[i]) instanceof MapValue operation) {
                message.message(2 + i, operation(operation));
            }
        }
        parameters(message, 9, item.list("parameters"));
        extensions(message, 10, item);
        return message;
    }

    private static Message operation(MapValue operation) {
        Message message = new Message();
        strings(message, 1, operation.list("tags"));
        message.string(2, operation.string("summary")).string(3, operation.string("description"));
        externalDocs(message, 4, operation);
        message.string(5, operation.string("operationId"));
        strings(message, 6, operation.list("produces"));
        strings(message, 7, operation.list("consumes"));
        parameters(message, 8, operation.list("parameters"));
        message.message(9, responses(operation.map("responses")));
        strings(message, 10, operation.list("schemes"));
        message.bool(11, operation.bool("deprecated"));
        ListValue security = operation.list("security");
        for (int i = 0; i < security.size(); i++) {
            Message requirement = new Message();
            security.map(i).forEach(each -> {
                Message scopes = new Message();
                strings(scopes, 1, each.getValue() instanceof ListValue list ? list : ListValue.EMPTY);
                requirement.message(1, named(each.getKey(), scopes));
            });
            message.message(12, requirement);
        }
        extensions(message, 13, operation);
        return message;
    }

    private static void externalDocs(Message into, int number, MapValue value) {
        MapValue docs = value.map("externalDocs");
        if (!docs.isEmpty()) {
            into.message(
                    number, new Message().string(1, docs.string("description")).string(2, docs.string("url")));
        }
    }

    private static Message responses(MapValue responses) {
        Message message = new Message();
        for (Map.Entry<String, @Nullable Object> response : responses) {
            if (response.getValue() instanceof MapValue value
                    && !response.getKey().startsWith("x-")) {
                Message either = value.has(REF)
                        ? new Message().message(2, reference(value))
                        : new Message().message(1, response(value));
                message.message(1, named(response.getKey(), either));
            }
        }
        extensions(message, 2, responses);
        return message;
    }

    private static Message reference(MapValue value) {
        return new Message().string(1, value.string(REF)).string(2, value.string("description"));
    }

    private static Message response(MapValue response) {
        Message message = new Message().string(1, response.string("description"));
        MapValue schema = response.map("schema");
        if (schema.string("type").equals("file")) {
            message.message(
                    2,
                    new Message()
                            .message(
                                    2,
                                    new Message()
                                            .string(1, schema.string("format"))
                                            .string(2, schema.string("title"))
                                            .string(3, schema.string("description"))
                                            .string(6, "file")));
        } else if (response.has("schema")) {
            message.message(2, new Message().message(1, schema(schema)));
        }
        MapValue headers = response.map("headers");
        if (!headers.isEmpty()) {
            Message all = new Message();
            for (Map.Entry<String, @Nullable Object> header : headers) {
                MapValue value = header.getValue() instanceof MapValue map ? map : MapValue.EMPTY;
                Message written = primitive(new Message(), 1, value).string(18, value.string("description"));
                all.message(1, named(header.getKey(), written));
            }
            message.message(3, all);
        }
        extensions(message, 5, response);
        return message;
    }

    private static void parameters(Message into, int number, ListValue parameters) {
        for (int i = 0; i < parameters.size(); i++) {
            MapValue parameter = parameters.map(i);
            into.message(
                    number,
                    parameter.has(REF)
                            ? new Message().message(2, reference(parameter))
                            : new Message().message(1, parameter(parameter)));
        }
    }

    static Message parameter(MapValue parameter) {
        return switch (parameter.string("in")) {
            case "body" -> {
                Message body = new Message()
                        .string(1, parameter.string("description"))
                        .string(2, parameter.string("name"))
                        .string(3, "body")
                        .bool(4, parameter.bool("required"))
                        .message(5, schema(parameter.map("schema")));
                extensions(body, 6, parameter);
                yield new Message().message(1, body);
            }
            case "header" -> simple(1, parameter, 5);
            case "formData" -> simple(2, parameter, 6);
            case "path" -> simple(4, parameter, 5);
            default -> simple(3, parameter, 6);
        };
    }

    /**
     * A parameter that is no body.
     *
     * @param kind the number of the message of its kind
     * @param first the number of its type
     */
    private static Message simple(int kind, MapValue parameter, int first) {
        Message message = new Message()
                .bool(1, parameter.bool("required"))
                .string(2, parameter.string("in"))
                .string(3, parameter.string("description"))
                .string(4, parameter.string("name"));
        if (first > 5) {
            message.bool(5, parameter.bool("allowEmptyValue"));
        }
        primitive(message, first, parameter);
        extensions(message, first + 17, parameter);
        return new Message().message(2, new Message().message(kind, message));
    }

    /** Adds what is told of a value that is no object. The numbers follow each other wherever there is one. */
    private static Message primitive(Message message, int first, MapValue value) {
        message.string(first, value.string("type")).string(first + 1, value.string("format"));
        if (value.get("items") instanceof MapValue items) {
            message.message(first + 2, primitive(new Message(), 1, items));
        }
        message.string(first + 3, value.string("collectionFormat"));
        if (value.has("default")) {
            message.message(first + 4, any(value.get("default")));
        }
        message.number(first + 5, number(value, "maximum"))
                .bool(first + 6, value.bool("exclusiveMaximum"))
                .number(first + 7, number(value, "minimum"))
                .bool(first + 8, value.bool("exclusiveMinimum"))
                .integer(first + 9, value.integer("maxLength", 0))
                .integer(first + 10, value.integer("minLength", 0))
                .string(first + 11, value.string("pattern"))
                .integer(first + 12, value.integer("maxItems", 0))
                .integer(first + 13, value.integer("minItems", 0))
                .bool(first + 14, value.bool("uniqueItems"));
        for (Object each : value.list("enum")) {
            message.message(first + 15, any(each));
        }
        return message.number(first + 16, number(value, "multipleOf"));
    }

    static Message schema(MapValue schema) {
        Message message = new Message()
                .string(1, schema.string(REF))
                .string(2, schema.string("format"))
                .string(3, schema.string("title"))
                .string(4, schema.string("description"));
        if (schema.has("default")) {
            message.message(5, any(schema.get("default")));
        }
        message.number(6, number(schema, "multipleOf"))
                .number(7, number(schema, "maximum"))
                .bool(8, schema.bool("exclusiveMaximum"))
                .number(9, number(schema, "minimum"))
                .bool(10, schema.bool("exclusiveMinimum"))
                .integer(11, schema.integer("maxLength", 0))
                .integer(12, schema.integer("minLength", 0))
                .string(13, schema.string("pattern"))
                .integer(14, schema.integer("maxItems", 0))
                .integer(15, schema.integer("minItems", 0))
                .bool(16, schema.bool("uniqueItems"))
                .integer(17, schema.integer("maxProperties", 0))
                .integer(18, schema.integer("minProperties", 0));
        strings(message, 19, schema.list("required"));
        for (Object value : schema.list("enum")) {
            message.message(20, any(value));
        }
        if (schema.get("additionalProperties") instanceof MapValue more) {
            message.message(21, new Message().message(1, schema(more)));
        } else if (schema.get("additionalProperties") instanceof Boolean more) {
            message.message(21, new Message().bool(2, more));
        }
        if (schema.get("type") instanceof String type) {
            message.message(22, new Message().string(1, type));
        } else if (schema.get("type") instanceof ListValue types) {
            Message all = new Message();
            strings(all, 1, types);
            message.message(22, all);
        }
        if (schema.get("items") instanceof MapValue items) {
            message.message(23, new Message().message(1, schema(items)));
        }
        for (Object each : schema.list("allOf")) {
            message.message(24, each instanceof MapValue map ? schema(map) : new Message());
        }
        if (schema.get("properties") instanceof MapValue properties) {
            Message all = new Message();
            for (Map.Entry<String, @Nullable Object> property : properties) {
                MapValue value = property.getValue() instanceof MapValue map ? map : MapValue.EMPTY;
                all.message(1, named(property.getKey(), schema(value)));
            }
            message.message(25, all);
        }
        message.string(26, schema.string("discriminator")).bool(27, schema.bool("readOnly"));
        externalDocs(message, 29, schema);
        if (schema.has("example")) {
            message.message(30, any(schema.get("example")));
        }
        extensions(message, 31, schema);
        return message;
    }

    private static double number(MapValue schema, String name) {
        return schema.get(name) instanceof Number number ? number.doubleValue() : 0;
    }

    private static void strings(Message into, int number, ListValue texts) {
        texts.forEach(text -> into.item(number, String.valueOf(text)));
    }

    private static void extensions(Message into, int number, MapValue value) {
        for (Map.Entry<String, @Nullable Object> entry : value) {
            if (entry.getKey().startsWith("x-")) {
                into.message(number, named(entry.getKey(), any(entry.getValue())));
            }
        }
    }

    /** A value as YAML, of which JSON is a part. */
    private static Message any(@Nullable Object value) {
        return new Message().string(2, new String(Json.encode(value), StandardCharsets.UTF_8) + "\n");
    }
}
