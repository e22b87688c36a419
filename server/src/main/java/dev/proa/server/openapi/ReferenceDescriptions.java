package dev.proa.server.openapi;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/**
 * What fields are for that refer to another type or have an enumeration. The descriptions of the schema do not have these, because the older form of OpenAPI
 * that they come from has no place for them; they were recorded ({@code src/test/facts/record}). Given up after use.
 */
final class ReferenceDescriptions {
    private final Map<String, String> texts = new HashMap<>();

    private ReferenceDescriptions() {}

    /** Reads them from the jar: a line for each type, and below it an indented line for each field. */
    static ReferenceDescriptions load() {
        try (InputStream in = ReferenceDescriptions.class.getResourceAsStream("descriptions.txt")) {
            if (in == null) {
                throw new IllegalStateException("descriptions.txt is not in the jar; build module server");
            }
            ReferenceDescriptions descriptions = new ReferenceDescriptions();
            String type = "";
            for (String line : new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .toList()) {
                if (line.startsWith("\t")) {
                    int tab = line.indexOf('\t', 1);
                    descriptions.texts.put(type + line.substring(0, tab), unescaped(line.substring(tab + 1)));
                } else {
                    type = line;
                }
            }
            return descriptions;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String unescaped(String text) {
        return text.indexOf('\\') < 0 ? text : text.translateEscapes();
    }

    /** The description of a field of a type; empty when there is none. */
    String of(String type, String field) {
        return texts.getOrDefault(type + "\t" + field, "");
    }
}
