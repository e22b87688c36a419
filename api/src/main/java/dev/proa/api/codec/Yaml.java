package dev.proa.api.codec;

import dev.proa.api.value.MapValue;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Converts between YAML and {@linkplain dev.proa.api.value values} as {@code sigs.k8s.io/yaml} does: YAML 1.1, so
 * that {@code yes} is true and {@code 0644} is 420; keys are strings, and JSON is YAML. Thread-safe.
 */
public final class Yaml {
    private Yaml() {}

    /**
     * Reads the first document; null when it is empty.
     *
     * @throws DecodeException when it is not YAML; the message says where
     */
    public static @Nullable Object decode(byte[] bytes) {
        return decode(bytes, null);
    }

    /**
     * Reads the first document. Of a duplicate key in a map the last value counts.
     *
     * @param duplicates receives a message for each duplicate key, such as {@code line 5: key "replicas" already set
     *     in map}; may be null
     */
    public static @Nullable Object decode(byte[] bytes, @Nullable Consumer<String> duplicates) {
        List<@Nullable Object> documents = new YamlReader(text(bytes), duplicates).read(1);
        return documents.isEmpty() ? null : documents.getFirst();
    }

    /** Reads all documents but empty ones. */
    public static List<Object> decodeAll(byte[] bytes) {
        return new YamlReader(text(bytes), null)
                .read(Integer.MAX_VALUE).stream()
                        .filter(java.util.Objects::nonNull)
                        .map(java.util.Objects::requireNonNull)
                        .toList();
    }

    /** Reads one document that must be an object. */
    public static MapValue decodeMap(String yaml) {
        if (decode(yaml.getBytes(StandardCharsets.UTF_8)) instanceof MapValue map) {
            return map;
        }
        throw new DecodeException("the YAML document is not an object");
    }

    /** Writes a value in blocks as kubectl does: sorted, two spaces, lists not indented. Ends with a line feed. */
    public static String toString(@Nullable Object value) {
        return new YamlWriter().write(value);
    }

    /** Writes a value as UTF-8. */
    public static byte[] encode(@Nullable Object value) {
        return toString(value).getBytes(StandardCharsets.UTF_8);
    }

    private static String text(byte[] bytes) {
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
            return text.startsWith("\uFEFF") ? text.substring(1) : text;
        } catch (CharacterCodingException e) {
            throw YamlReader.failure("yaml: invalid UTF-8", e);
        }
    }
}
