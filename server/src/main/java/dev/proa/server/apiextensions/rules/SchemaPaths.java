package dev.proa.server.apiextensions.rules;

import dev.proa.server.apiextensions.StructuralSchema;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The {@code fieldPath} of rules: field names, as {@code .spec.name} or <code>['name']</code>, and keys of maps in brackets. */
final class SchemaPaths {
    private SchemaPaths() {}

    /** The path as errors write it; null when it leads to no field of the schema. */
    static @Nullable String normalized(String path, StructuralSchema schema) {
        List<String> tokens = tokens(path);
        StringBuilder out = new StringBuilder();
        StructuralSchema current = schema;
        int at = 0;
        while (at < tokens.size()) {
            boolean bracket = tokens.get(at).equals("[");
            String token = at + 1 < tokens.size() ? tokens.get(at + 1) : null;
            if (token == null || !bracket && !tokens.get(at).equals(".")) {
                return null;
            }
            String name = bracket ? quoted(token) : token;
            if (name == null
                    || bracket
                            && (at + 2 >= tokens.size() || !tokens.get(at + 2).equals("]"))) {
                return null;
            }
            boolean named = !current.propertyNames().isEmpty();
            StructuralSchema next = named ? current.property(name) : current.additionalProperties();
            if (next == null) {
                return null;
            }
            if (named) {
                out.append(out.isEmpty() ? "" : ".").append(name);
            } else {
                out.append('[').append(name).append(']');
            }
            current = next;
            at += bracket ? 3 : 2;
        }
        return out.toString();
    }

    /** Dots, brackets, and what is between them; quoted texts as a whole. */
    private static List<String> tokens(String path) {
        List<String> tokens = new ArrayList<>();
        int start = 0;
        while (start < path.length()) {
            int end = start + 1;
            char first = path.charAt(start);
            if (first == '\'') {
                while (end < path.length() && (path.charAt(end) != '\'' || path.charAt(end - 1) == '\\')) {
                    end++;
                }
                end = Math.min(path.length(), end + 1);
            } else if (".[]".indexOf(first) < 0) {
                while (end < path.length() && ".[]".indexOf(path.charAt(end)) < 0) {
                    end++;
                }
            }
            tokens.add(path.substring(start, end));
            start = end;
        }
        return tokens;
    }

    /** The text in single quotes; null when it is none. */
    private static @Nullable String quoted(String token) {
        if (token.length() < 2 || !token.startsWith("'") || !token.endsWith("'")) {
            return null;
        }
        StringBuilder out = new StringBuilder();
        for (int i = 1; i < token.length() - 1; i++) {
            char c = token.charAt(i);
            if (c == '\\') {
                i++;
                int escape = i < token.length() - 1 ? "abfnrtv'\\".indexOf(token.charAt(i)) : -1;
                if (escape < 0) {
                    return null;
                }
                c = "\u0007\b\f\n\r\t\u000b'\\".charAt(escape);
            }
            out.append(c);
        }
        return out.toString();
    }
}
