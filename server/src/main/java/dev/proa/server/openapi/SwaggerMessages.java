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
        Message message = new Message();
        for (int i = 0; i < METHODS.length; i++) {
            if (item.get(METHODS[i]) instanceof MapValue operation) {
                message.message(2 + i, operation(operation));
            }
        }
        parameters(message, 9, item.list("parameters"));
        return message;
    }

    private static Message operation(MapValue operation) {
        Message message = new Message();
        strings(message, 1, operation.list("tags"));
        message.string(3, operation.string("description")).string(5, operation.string("operationId"));
        strings(message, 6, operation.list("produces"));
        strings(message, 7, operation.list("consumes"));
        parameters(message, 8, operation.list("parameters"));
        Message responses = new Message();
        operation
                .map("responses")
                .forEach(response ->
                        responses.message(1, named(response.getKey(), new Message().message(1, response((MapValue)
                                        response.getValue())))));
        message.message(9, responses);
        strings(message, 10, operation.list("schemes"));
        extensions(message, 13, operation);
        return message;
    }

    private static Message response(@Nullable MapValue response) {
        MapValue described = response == null ? MapValue.EMPTY : response;
        Message message = new Message().string(1, described.string("description"));
        return described.has("schema")
                ? message.message(2, new Message().message(1, schema(described.map("schema"))))
                : message;
    }

    private static void parameters(Message into, int number, ListValue parameters) {
        for (int i = 0; i < parameters.size(); i++) {
            MapValue parameter = parameters.map(i);
            into.message(
                    number,
                    parameter.has(REF)
                            ? new Message().message(2, new Message().string(1, parameter.string(REF)))
                            : new Message().message(1, parameter(parameter)));
        }
    }

    static Message parameter(MapValue parameter) {
        return switch (parameter.string("in")) {
            case "body" ->
                new Message()
                        .message(
                                1,
                                new Message()
                                        .string(2, parameter.string("name"))
                                        .string(3, "body")
                                        .bool(4, parameter.bool("required"))
                                        .message(5, schema(parameter.map("schema"))));
            case "path" -> new Message().message(2, new Message().message(4, simple(parameter, 5, 19)));
            default -> new Message().message(2, new Message().message(3, simple(parameter, 6, 20)));
        };
    }

    private static Message simple(MapValue parameter, int type, int unique) {
        return new Message()
                .bool(1, parameter.bool("required"))
                .string(2, parameter.string("in"))
                .string(3, parameter.string("description"))
                .string(4, parameter.string("name"))
                .string(type, parameter.string("type"))
                .bool(unique, parameter.bool("uniqueItems"));
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
