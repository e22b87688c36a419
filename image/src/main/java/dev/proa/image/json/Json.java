package dev.proa.image.json;

import dev.proa.image.ImageFailure;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/**
 * Reads and writes JSON as maps, lists, strings, longs, doubles, booleans and nulls. Writing is deterministic: members come in the
 * map's own order and without white space, so that equal documents have equal digests.
 */
public final class Json {
    private static final JsonFactory FACTORY = new JsonFactory();

    private Json() {}

    /**
     * Reads a document whose root is an object.
     *
     * @param what names the document in the message of a failure
     */
    public static JsonObject parseObject(byte[] bytes, String what) {
        if (parse(bytes, what) instanceof Map<?, ?> members) {
            return new JsonObject(what, members);
        }
        throw ImageFailure.invalid(what + " is not a JSON object");
    }

    /** Reads a document of any kind. */
    public static @Nullable Object parse(byte[] bytes, String what) {
        try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), bytes)) {
            parser.nextToken();
            Object value = value(parser, what);
            if (parser.nextToken() != null) {
                throw ImageFailure.invalid(what + " has text after its JSON");
            }
            return value;
        } catch (JacksonException e) {
            throw new ImageFailure(
                    ImageFailure.Reason.INVALID, what + " is not valid JSON: " + e.getOriginalMessage(), e);
        }
    }

    /** Writes a document. */
    public static byte[] write(Object value) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(1024);
        try (JsonGenerator generator = FACTORY.createGenerator(ObjectWriteContext.empty(), out)) {
            write(generator, value);
        }
        return out.toByteArray();
    }

    private static @Nullable Object value(JsonParser parser, String what) {
        JsonToken token = parser.currentToken();
        if (token == null) {
            throw ImageFailure.invalid(what + " is empty");
        }
        return switch (token) {
            case START_OBJECT -> object(parser, what);
            case START_ARRAY -> array(parser, what);
            case VALUE_STRING -> parser.getString();
            case VALUE_NUMBER_INT -> parser.getLongValue();
            case VALUE_NUMBER_FLOAT -> parser.getDoubleValue();
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            case VALUE_NULL -> null;
            default -> throw ImageFailure.invalid(what + " is not valid JSON");
        };
    }

    private static Map<String, @Nullable Object> object(JsonParser parser, String what) {
        Map<String, @Nullable Object> members = new LinkedHashMap<>();
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
            String name = parser.currentName();
            parser.nextToken();
            members.put(name, value(parser, what));
        }
        return members;
    }

    private static List<@Nullable Object> array(JsonParser parser, String what) {
        List<@Nullable Object> items = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            items.add(value(parser, what));
        }
        return items;
    }

    private static void write(JsonGenerator generator, @Nullable Object value) {
        switch (value) {
            case null -> generator.writeNull();
            case Map<?, ?> members -> {
                generator.writeStartObject();
                members.forEach((name, member) -> {
                    generator.writeName(String.valueOf(name));
                    write(generator, member);
                });
                generator.writeEndObject();
            }
            case List<?> items -> {
                generator.writeStartArray();
                for (Object item : items) {
                    write(generator, item);
                }
                generator.writeEndArray();
            }
            case Integer number -> generator.writeNumber(number);
            case Long number -> generator.writeNumber(number);
            case Double number -> generator.writeNumber(number);
            case Boolean flag -> generator.writeBoolean(flag);
            default -> generator.writeString(value.toString());
        }
    }
}
