package dev.proa.image.sbom;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Texts of {@code Name: value} lines, in paragraphs that an empty line ends. */
final class Stanzas {
    private Stanzas() {}

    /** The fields of each paragraph; of continued lines only the first counts, and of a name only its first field. */
    static List<Map<String, String>> of(byte[] text) {
        List<Map<String, String>> stanzas = new ArrayList<>();
        Map<String, String> fields = new LinkedHashMap<>();
        for (String line : new String(text, StandardCharsets.UTF_8).split("\n", -1)) {
            int colon = line.indexOf(':');
            if (line.isBlank()) {
                if (!fields.isEmpty()) {
                    stanzas.add(fields);
                    fields = new LinkedHashMap<>();
                }
            } else if (colon > 0 && !Character.isWhitespace(line.charAt(0))) {
                fields.putIfAbsent(
                        line.substring(0, colon), line.substring(colon + 1).strip());
            }
        }
        if (!fields.isEmpty()) {
            stanzas.add(fields);
        }
        return stanzas;
    }
}
