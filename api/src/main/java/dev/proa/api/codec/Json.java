package dev.proa.api.codec;

import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.api.value.Names;
import dev.proa.api.value.Numeral;
import java.io.OutputStream;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
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

/** Converts between JSON (RFC 8259, UTF-8) and {@linkplain dev.proa.api.value values}. Thread-safe. */
public final class Json {
    /** The maximum nesting depth. Kubernetes' is 10,000; none of its schemas comes near it. */
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

    private final JsonParser parser;
    private final @Nullable Consumer<String> duplicates;
    private final boolean merged;

    private Json(JsonParser parser, @Nullable Consumer<String> duplicates, boolean merged) {
        this.parser = parser;
        this.duplicates = duplicates;
        this.merged = merged;
    }

    /**
     * Reads one document that fills {@code bytes}.
     *
     * @throws DecodeException when it is not JSON; the message says where
     */
    public static @Nullable Object decode(byte[] bytes) {
        return decode(bytes, null);
    }

    /**
     * Reads one document that fills {@code bytes}. Of a duplicate name in an object the last value counts.
     *
     * @param duplicates receives the path of each duplicate name, such as {@code spec.replicas}; may be null
     */
    public static @Nullable Object decode(byte[] bytes, @Nullable Consumer<String> duplicates) {
        return decode(bytes, duplicates, false);
    }

    /**
     * Reads one document as Go decodes it into structs: objects with a duplicate name are merged.
     *
     * @param duplicates receives the path of each duplicate name; may be null
     */
    public static @Nullable Object decodeMerged(byte[] bytes, @Nullable Consumer<String> duplicates) {
        return decode(bytes, duplicates, true);
    }

    private static @Nullable Object decode(byte[] bytes, @Nullable Consumer<String> duplicates, boolean merged) {
        List<String> found = new ArrayList<>(0);
        Object value;
        try {
            value = decodeUnicode(bytes, duplicates == null ? null : found::add, merged);
        } catch (DecodeException e) {
            byte[] replaced = Replacements.in(bytes);
            if (replaced == null) {
                throw e;
            }
            found.clear();
            value = decodeUnicode(replaced, duplicates == null ? null : found::add, merged);
        }
        if (duplicates != null) {
            found.forEach(duplicates);
        }
        return value;
    }

    private static @Nullable Object decodeUnicode(byte[] bytes, @Nullable Consumer<String> duplicates, boolean merged) {
        refuseOtherEncodings(bytes);
        try (JsonParser parser = parser(bytes)) {
            if (parser.nextToken() == null) {
                throw new DecodeException("unexpected end of JSON input");
            }
            Object value = new Json(parser, duplicates, merged).read(null);
            if (parser.nextToken() != null) {
                throw new DecodeException("unexpected content after the end of the JSON document at "
                        + parser.currentTokenLocation().offsetDescription());
            }
            return value;
        } catch (JacksonException e) {
            throw new DecodeException(e.getOriginalMessage() + where(e), e);
        }
    }

    static JsonParser parser(byte[] bytes) {
        return FACTORY.createParser(ObjectReadContext.empty(), bytes, 0, bytes.length);
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

    /** Encodes a value without white space. Java's own maps and lists are allowed, and keep their order. */
    public static byte[] encode(@Nullable Object value) {
        try (ByteArrayBuilder out = new ByteArrayBuilder(2048)) {
            encode(value, out);
            return out.toByteArray();
        }
    }

    /** Encodes a value without white space to {@code out}, which stays open. */
    public static void encode(@Nullable Object value, OutputStream out) {
        try (JsonGenerator generator = FACTORY.createGenerator(ObjectWriteContext.empty(), out)) {
            generator.configure(tools.jackson.core.StreamWriteFeature.AUTO_CLOSE_TARGET, false);
            write(generator, value);
        }
    }

    /** Encodes a value as a string. */
    public static String toString(@Nullable Object value) {
        return new String(encode(value), StandardCharsets.UTF_8);
    }

    /** Parses a number. */
    static Object number(String text) {
        return Objects.requireNonNull(decode(text.getBytes(StandardCharsets.UTF_8)));
    }

    /** Rejects UTF-16 and byte order marks, which the parser would accept and Kubernetes does not. */
    private static void refuseOtherEncodings(byte[] bytes) {
        boolean other = bytes.length > 0 && (bytes[0] <= 0 || bytes.length > 1 && bytes[1] == 0);
        if (other) {
            throw new DecodeException("invalid character "
                    + GoText.quote(String.valueOf((char) (bytes[0] & 0xff))).replace('"', '\'')
                    + " looking for beginning of value");
        }
    }

    private @Nullable Object read(@Nullable Place place) {
        return switch (parser.currentToken()) {
            case START_OBJECT -> readMap(place);
            case START_ARRAY -> readList(place);
            case VALUE_STRING -> Names.sharedValue(wellFormed(parser.getString()));
            case VALUE_NUMBER_INT -> readInteger(parser);
            case VALUE_NUMBER_FLOAT -> readDouble(parser);
            case VALUE_TRUE -> Boolean.TRUE;
            case VALUE_FALSE -> Boolean.FALSE;
            case VALUE_NULL -> null;
            default -> throw new DecodeException("unexpected token " + parser.currentToken());
        };
    }

    private static Object readInteger(JsonParser parser) {
        return switch (parser.getNumberType()) {
            case INT, LONG -> {
                long number = parser.getLongValue();
                boolean minusZero = number == 0 && parser.getStringLength() > 1;
                yield minusZero ? (Object) new Numeral("-0") : number;
            }
            default -> {
                readDouble(parser);
                yield new Numeral(parser.getString());
            }
        };
    }

    /**
     * Reads a number that is not a long. Numbers that exceed a double are rejected, since most clients could not read
     * them.
     */
    private static Number readDouble(JsonParser parser) {
        String text = parser.getString();
        double number = parser.getDoubleValue();
        if (Double.isInfinite(number)) {
            throw new DecodeException("json: cannot unmarshal number " + text.substring(0, Math.min(text.length(), 40))
                    + " into Go value of type float64");
        }
        return number(number).equals(text) ? (Number) number : new Numeral(text);
    }

    /** Replaces unpaired surrogates by the replacement character. */
    private static String wellFormed(String text) {
        int at = 0;
        while (at < text.length() && !Character.isSurrogate(text.charAt(at))) {
            at++;
        }
        if (at == text.length()) {
            return text;
        }
        StringBuilder out = new StringBuilder(text.length());
        text.codePoints()
                .map(point -> point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE ? 0xFFFD : point)
                .forEach(out::appendCodePoint);
        return out.toString();
    }

    private MapValue readMap(@Nullable Place place) {
        MapValue.Builder builder = MapValue.builder(8).merging(merged);
        for (String name = parser.nextName(); name != null; name = parser.nextName()) {
            boolean nested = parser.nextToken().isStructStart();
            Place inner = duplicates == null || !nested ? null : new Place(place, name, 0);
            builder.put(wellFormed(name), read(inner));
        }
        MapValue map = builder.build();
        if (duplicates != null) {
            List<String> repeated = builder.repeated();
            for (String name : repeated.subList(0, Math.min(repeated.size(), DecodeException.MOST_PROBLEMS))) {
                duplicates.accept(place == null ? name : place.path(name));
            }
        }
        return map;
    }

    private ListValue readList(@Nullable Place place) {
        List<@Nullable Object> items = new ArrayList<>();
        while (true) {
            JsonToken token = parser.nextToken();
            if (token == JsonToken.END_ARRAY) {
                return ListValue.copyOf(items);
            }
            Place inner = duplicates == null || !token.isStructStart() ? null : new Place(place, null, items.size());
            items.add(read(inner));
        }
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
            case Double number -> generator.writeNumber(number(number));
            case Numeral number -> generator.writeNumber(number.toString());
            case Integer number -> generator.writeNumber(number);
            case Map<?, ?> map -> {
                generator.writeStartObject();
                map.forEach((name, member) -> {
                    generator.writeName(String.valueOf(name));
                    write(generator, member);
                });
                generator.writeEndObject();
            }
            case Collection<?> list -> {
                generator.writeStartArray();
                list.forEach(item -> write(generator, item));
                generator.writeEndArray();
            }
            default -> throw new IllegalArgumentException("not a JSON value: " + value.getClass());
        }
    }

    /**
     * Formats a number as Go's encoder does: integers without a fraction, very large and very small numbers with an
     * exponent.
     */
    private static String number(double number) {
        if (Double.isNaN(number) || Double.isInfinite(number)) {
            throw new IllegalArgumentException("JSON has no number for " + number);
        }
        double size = Math.abs(number);
        if (size != 0 && (size < 1e-6 || size >= 1e21)) {
            String text = GoText.floating(number);
            return text.replace("e-0", "e-");
        }
        BigDecimal decimal = new BigDecimal(Double.toString(number));
        boolean negative = Math.copySign(1, number) < 0;
        return decimal.signum() == 0
                ? negative ? "-0" : "0"
                : decimal.stripTrailingZeros().toPlainString();
    }

    private static String where(JacksonException e) {
        return e.getLocation() == null ? "" : " at " + e.getLocation().offsetDescription();
    }
}
