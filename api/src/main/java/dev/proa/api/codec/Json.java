package dev.proa.api.codec;

import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.api.value.Names;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.util.ByteArrayBuilder;

/** JSON (RFC 8259, UTF-8) to and from {@linkplain dev.proa.api.value values}. All methods are safe for any thread. */
public final class Json {
    /** Deeper documents are refused; Kubernetes itself stops at 10,000, which no schema of its comes near. */
    public static final int MAX_DEPTH = 1_000;

    private static final JsonFactory FACTORY = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(MAX_DEPTH)
                    .maxStringLength(64 << 20)
                    .maxNameLength(1 << 20)
                    .maxNumberLength(1_000)
                    .build())
            .disable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    private Json() {}

    /**
     * Reads one document that fills {@code bytes}.
     *
     * @throws DecodeException when it is not JSON; the message says where
     */
    public static @Nullable Object decode(byte[] bytes) {
        return decode(bytes, null);
    }

    /**
     * Reads one document that fills {@code bytes}. Of a name that appears twice in an object the last value counts.
     *
     * @param duplicates gets the path of each such name, as in {@code spec.replicas}; null when nobody asks
     */
    public static @Nullable Object decode(byte[] bytes, @Nullable Consumer<String> duplicates) {
        try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), bytes, 0, bytes.length)) {
            if (parser.nextToken() == null) {
                throw new DecodeException("unexpected end of JSON input");
            }
            Object value = read(parser, duplicates, "");
            if (parser.nextToken() != null) {
                throw new DecodeException("unexpected content after the end of the JSON document at "
                        + parser.currentTokenLocation().offsetDescription());
            }
            return value;
        } catch (JacksonException e) {
            throw new DecodeException(e.getOriginalMessage() + where(e), e);
        }
    }

    /** Reads one document that must be an object. */
    public static MapValue decodeMap(byte[] bytes) {
        if (decode(bytes) instanceof MapValue map) {
            return map;
        }
        throw new DecodeException("the JSON document is not an object");
    }

    /** Reads one document that must be an object. */
    public static MapValue decodeMap(String json) {
        return decodeMap(json.getBytes(StandardCharsets.UTF_8));
    }

    /** Writes a value without white space. */
    public static byte[] encode(@Nullable Object value) {
        try (ByteArrayBuilder out = new ByteArrayBuilder(FACTORY._getBufferRecycler(), 1024)) {
            encode(value, out);
            return out.toByteArray();
        }
    }

    /** Writes a value without white space to {@code out}, which stays open. */
    public static void encode(@Nullable Object value, OutputStream out) {
        try (JsonGenerator generator = FACTORY.createGenerator(ObjectWriteContext.empty(), out)) {
            generator.configure(tools.jackson.core.StreamWriteFeature.AUTO_CLOSE_TARGET, false);
            write(generator, value);
        }
    }

    /** A value as JSON text. */
    public static String toString(@Nullable Object value) {
        return new String(encode(value), StandardCharsets.UTF_8);
    }

    private static @Nullable Object read(JsonParser parser, @Nullable Consumer<String> duplicates, String path) {
        return switch (parser.currentToken()) {
            case START_OBJECT -> readMap(parser, duplicates, path);
            case START_ARRAY -> readList(parser, duplicates, path);
            case VALUE_STRING -> Names.sharedValue(parser.getString());
            case VALUE_NUMBER_INT -> readInteger(parser);
            case VALUE_NUMBER_FLOAT -> parser.getDoubleValue();
            case VALUE_TRUE -> Boolean.TRUE;
            case VALUE_FALSE -> Boolean.FALSE;
            case VALUE_NULL -> null;
            default -> throw new DecodeException("unexpected token " + parser.currentToken());
        };
    }

    private static Object readInteger(JsonParser parser) {
        return switch (parser.getNumberType()) {
            case INT, LONG -> parser.getLongValue();
            default -> parser.getDoubleValue();
        };
    }

    private static MapValue readMap(JsonParser parser, @Nullable Consumer<String> duplicates, String path) {
        MapValue.Builder builder = MapValue.builder(8);
        Set<String> seen = duplicates == null ? null : new HashSet<>();
        for (String name = parser.nextName(); name != null; name = parser.nextName()) {
            parser.nextToken();
            String inner = "";
            if (duplicates != null && seen != null) {
                inner = path.isEmpty() ? name : path + "." + name;
                if (!seen.add(name)) {
                    duplicates.accept(inner);
                }
            }
            builder.put(name, read(parser, duplicates, inner));
        }
        return builder.build();
    }

    private static ListValue readList(JsonParser parser, @Nullable Consumer<String> duplicates, String path) {
        List<@Nullable Object> items = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            String inner = duplicates == null ? "" : path + "[" + items.size() + "]";
            items.add(read(parser, duplicates, inner));
        }
        return ListValue.copyOf(items);
    }

    private static void write(JsonGenerator generator, @Nullable Object value) {
        switch (value) {
            case null -> generator.writeNull();
            case String string -> generator.writeString(string);
            case MapValue map -> {
                generator.writeStartObject();
                for (int i = 0; i < map.size(); i++) {
                    generator.writeName(map.nameAt(i));
                    write(generator, map.valueAt(i));
                }
                generator.writeEndObject();
            }
            case ListValue list -> {
                generator.writeStartArray();
                for (int i = 0; i < list.size(); i++) {
                    write(generator, list.get(i));
                }
                generator.writeEndArray();
            }
            case Long number -> generator.writeNumber(number);
            case Boolean bool -> generator.writeBoolean(bool);
            case Double number -> generator.writeNumber(number);
            default -> throw new IllegalArgumentException("not a JSON value: " + value.getClass());
        }
    }

    private static String where(JacksonException e) {
        return e.getLocation() == null ? "" : " at " + e.getLocation().offsetDescription();
    }
}
