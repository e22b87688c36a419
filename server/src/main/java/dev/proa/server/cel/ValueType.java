package dev.proa.server.cel;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is declared of a value: its type, and how large it may be, from which the most that an expression can cost is estimated. Immutable.
 *
 * @param maxElements the most items, entries or characters; 0 when the type has none
 * @param minSize the least bytes that it takes as JSON
 * @param element the type of items, or of the values of entries; null when there are none
 * @param fields the types of the fields of an object by their names in expressions
 */
public record ValueType(
        CelType type,
        long maxElements,
        long minSize,
        @Nullable ValueType element,
        Map<String, ValueType> fields) {
    /** The most bytes that a request has. */
    public static final long LARGEST_REQUEST = 3 * 1024 * 1024;

    /** A value without parts. */
    public static ValueType scalar(CelType type, long maxElements, long minSize) {
        return new ValueType(type, maxElements, minSize, null, Map.of());
    }

    /** A list; the number of items is limited by the size of requests when {@code maxItems} is negative. */
    public static ValueType list(ValueType items, long maxItems) {
        long most = maxItems < 0 ? (LARGEST_REQUEST - 2) / (items.minSize + 1) : maxItems;
        return new ValueType(CelType.list(items.type), most, 2, items, Map.of());
    }

    /** A map of strings; the number of entries is limited by the size of requests when {@code maxEntries} is negative. */
    public static ValueType map(ValueType values, long maxEntries) {
        long most = maxEntries < 0 ? (LARGEST_REQUEST - 2) / (values.minSize + 6) : maxEntries;
        return new ValueType(CelType.map(CelType.STRING, values.type), most, 2, values, Map.of());
    }

    /**
     * An object.
     *
     * @param name of its type
     * @param fields by their names in expressions
     */
    public static ValueType object(String name, Map<String, ValueType> fields, long minSize) {
        Map<String, ValueType> all = Map.copyOf(fields);
        CelType type = CelType.struct(name, field -> {
            ValueType found = all.get(field);
            // A reserved word can be the name of a field after a dot.
            found = found == null && ReservedWords.contains(field) ? all.get("__" + field + "__") : found;
            return found == null ? null : found.type;
        });
        return new ValueType(type, 0, minSize, null, all);
    }

    /** The name of a property in expressions (KEP-2876); null when it can have none. */
    public static @Nullable String escaped(String property) {
        if (property.isEmpty() || Character.isDigit(property.charAt(0))) {
            return null;
        }
        if (ReservedWords.contains(property)) {
            return "__" + property + "__";
        }
        StringBuilder out = null;
        for (int i = 0; i < property.length(); i++) {
            char c = property.charAt(i);
            boolean doubled = c == '_' && i + 1 < property.length() && property.charAt(i + 1) == '_';
            boolean plain = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_';
            if (plain && !doubled) {
                if (out != null) {
                    out.append(c);
                }
                continue;
            }
            String escape = switch (c) {
                case '_' -> "__underscores__";
                case '.' -> "__dot__";
                case '-' -> "__dash__";
                case '/' -> "__slash__";
                default -> null;
            };
            if (escape == null) {
                return null;
            }
            out = out == null ? new StringBuilder(property.substring(0, i)) : out;
            out.append(escape);
            i += doubled ? 1 : 0;
        }
        return out == null ? property : out.toString();
    }

    /** The property that a name in an expression means; null when it is no such name. */
    public static @Nullable String unescaped(String name) {
        if (!name.contains("__")) {
            return name;
        }
        StringBuilder out = new StringBuilder();
        int at = 0;
        while (at < name.length()) {
            int open = name.indexOf("__", at);
            int start = open + 2;
            int end = open < 0 ? -1 : name.indexOf('_', start);
            if (open < 0 || end < 0) {
                return out.append(name, at, name.length()).toString();
            }
            if (end == start || !name.startsWith("__", end)) {
                out.append(name, at, open + 1);
                at = open + 1;
                continue;
            }
            String word = name.substring(start, end);
            String meant = switch (word) {
                case "underscores" -> "__";
                case "dot" -> ".";
                case "dash" -> "-";
                case "slash" -> "/";
                default -> ReservedWords.contains(word) && open == 0 && end + 2 == name.length() ? word : null;
            };
            if (meant == null) {
                return null;
            }
            out.append(name, at, open).append(meant);
            at = end + 2;
        }
        return out.toString();
    }
}
