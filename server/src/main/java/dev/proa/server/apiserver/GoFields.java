package dev.proa.server.apiserver;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The names that Go's decoder uses in errors where they differ from the JSON path: embedded structs are a level, and
 * string types have names. Recorded of Kubernetes ({@code api-generator/facts/go}) and read when something does not
 * fit.
 */
final class GoFields {
    private static final Name USUAL = new Name("", "");

    /**
     * @param prefix the embedded structs that hold the field, each with a dot behind it
     * @param type of the field; empty when it is the usual one
     */
    record Name(String prefix, String type) {}

    private GoFields() {}

    /** @param struct the full name of the type that has the field */
    static Name of(String struct, String field) {
        @Nullable Name name = Recorded.NAMES.get(struct + "\t" + field);
        return name == null ? USUAL : name;
    }

    /** Apart, so that nothing is read before something does not fit. */
    private static final class Recorded {
        static final Map<String, Name> NAMES = read();

        private static Map<String, Name> read() {
            Map<String, Name> names = new HashMap<>();
            try (InputStream in = GoFields.class.getResourceAsStream("go-names.txt")) {
                if (in == null) {
                    throw new IllegalStateException("go-names.txt is missing");
                }
                new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().forEach(line -> {
                    String[] words = line.split("\t");
                    for (int i = 1; i < words.length; i++) {
                        int equals = words[i].indexOf('=');
                        int bar = words[i].lastIndexOf('|');
                        names.put(
                                words[0] + "\t" + words[i].substring(0, equals),
                                new Name(words[i].substring(equals + 1, bar), words[i].substring(bar + 1)));
                    }
                });
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return names;
        }
    }
}
