package dev.proa.api.schema;

import java.util.HashMap;
import java.util.Map;

/**
 * Kubernetes' descriptions of types and fields, for OpenAPI and {@code kubectl explain}. Half a megabyte, which is
 * garbage once it is no longer referenced.
 */
public final class Descriptions {
    private final Map<String, String> texts = new HashMap<>();

    private Descriptions() {}

    /** Reads the descriptions from the jar. */
    public static Descriptions load() {
        Descriptions descriptions = new Descriptions();
        String type = "";
        for (String line : (Iterable<String>)
                SchemaCatalog.resource("/dev/proa/api/descriptions.txt").lines()::iterator) {
            int tab = line.indexOf('\t');
            String text = line.substring(tab + 1);
            if (text.indexOf('\\') >= 0) {
                text = unescaped(text);
            }
            if (line.startsWith(" ")) {
                descriptions.texts.put(type + line.substring(0, tab), text);
            } else {
                type = line.substring(0, tab);
                descriptions.texts.put(type, text);
            }
        }
        return descriptions;
    }

    private static String unescaped(String text) {
        StringBuilder out = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\\') {
                c = switch (text.charAt(++i)) {
                    case 'n' -> '\n';
                    case 't' -> '\t';
                    default -> text.charAt(i);
                };
            }
            out.append(c);
        }
        return out.toString();
    }

    /** The description of a type by its full name; empty when there is none. */
    public String of(String struct) {
        return texts.getOrDefault(struct, "");
    }

    /** The description of a field of a type; empty when there is none. */
    public String of(String struct, String field) {
        return texts.getOrDefault(struct + " " + field, "");
    }
}
