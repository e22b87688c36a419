package dev.proa.delivery.workflow.expression;

import dev.proa.api.codec.DecodeException;
import dev.proa.api.codec.Json;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.exc.StreamReadException;
import tools.jackson.core.json.JsonFactory;

/** JSON from and to values, in which entries of objects stay in their order. */
final class JsonText {
    private static final JsonFactory FACTORY = new JsonFactory();

    private JsonText() {}

    static @Nullable Object read(String json) {
        try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), json)) {
            JsonToken first = parser.nextToken();
            if (first == null) {
                throw failure("it is empty", null);
            }
            Object value = value(parser, first);
            if (parser.nextToken() != null) {
                throw failure("something follows the value", null);
            }
            return value;
        } catch (StreamReadException e) {
            throw failure(e.getOriginalMessage(), e);
        }
    }

    private static DecodeException failure(String problem, @Nullable Throwable cause) {
        return new DecodeException(problem, cause);
    }

    private static @Nullable Object value(JsonParser parser, JsonToken token) {
        return switch (token) {
            case START_OBJECT -> {
                Map<String, @Nullable Object> map = new LinkedHashMap<>();
                while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
                    String name = parser.currentName();
                    map.put(name, value(parser, parser.nextToken()));
                }
                yield Collections.unmodifiableMap(map);
            }
            case START_ARRAY -> {
                List<@Nullable Object> list = new ArrayList<>();
                for (JsonToken next = parser.nextToken(); next != JsonToken.END_ARRAY; next = parser.nextToken()) {
                    list.add(value(parser, next));
                }
                yield Collections.unmodifiableList(list);
            }
            case VALUE_STRING -> parser.getString();
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> parser.getDoubleValue();
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            case VALUE_NULL -> null;
            default -> throw failure("unexpected " + token, null);
        };
    }

    static String write(@Nullable Object value) {
        StringBuilder out = new StringBuilder();
        write(value, "\n", out);
        return out.toString();
    }

    private static void write(@Nullable Object value, String newLine, StringBuilder out) {
        String deeper = newLine + "  ";
        switch (value) {
            case Map<?, ?> map
            when !map.isEmpty() -> {
                String before = "{";
                for (Map.Entry<?, ?> entry : map.entrySet()) {
                    out.append(before)
                            .append(deeper)
                            .append(Json.toString(entry.getKey()))
                            .append(": ");
                    write(entry.getValue(), deeper, out);
                    before = ",";
                }
                out.append(newLine).append('}');
            }
            case List<?> list
            when !list.isEmpty() -> {
                String before = "[";
                for (Object item : list) {
                    out.append(before).append(deeper);
                    write(item, deeper, out);
                    before = ",";
                }
                out.append(newLine).append(']');
            }
            case Map<?, ?> _ -> out.append("{}");
            case List<?> _ -> out.append("[]");
            case String text -> out.append(Json.toString(text));
            case null -> out.append("null");
            default -> out.append(Values.text(value));
        }
    }
}
