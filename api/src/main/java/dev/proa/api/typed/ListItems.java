package dev.proa.api.typed;

import dev.proa.api.codec.GoText;
import dev.proa.api.typed.MergeType.Child;
import dev.proa.api.typed.MergeType.ListRule;
import dev.proa.api.typed.MergeType.MapRule;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Tells the items of associative lists apart. */
final class ListItems {
    /** Most elements are not longer. */
    private static final int LENGTH = 64;

    private ListItems() {}

    /**
     * The path element of an item, as {@code FieldsV1} has it.
     *
     * @throws MismatchException when it has none
     */
    static String element(ListRule rule, @Nullable Object item) {
        return rule.keys().isEmpty() ? ofSet(item) : ofKeys(rule, item);
    }

    /** The same; null when it has none. */
    static @Nullable String elementOrNull(ListRule rule, @Nullable Object item) {
        try {
            return element(rule, item);
        } catch (MismatchException e) {
            return null; // a list that was stored before it had keys
        }
    }

    private static String ofSet(@Nullable Object item) {
        return switch (item) {
            case MapValue map ->
                throw new MismatchException("associative list without keys has an element that's a map type");
            case ListValue list ->
                throw new MismatchException("not supported: associative list with lists as elements");
            case null ->
                throw new MismatchException("associative list without keys has an element that's an explicit null");
            default -> json(new StringBuilder(LENGTH).append("v:"), item).toString();
        };
    }

    private static String ofKeys(ListRule rule, @Nullable Object item) {
        if (item == null) {
            throw new MismatchException("associative list with keys may not have a null element");
        }
        if (!(item instanceof MapValue map)) {
            throw new MismatchException("associative list with keys may not have non-map elements");
        }
        StringBuilder text = new StringBuilder(LENGTH).append("k:");
        for (String key : rule.keys()) {
            Object value = map.get(key);
            if (value == null && !map.has(key)) {
                value = defaultOf(rule, key);
                if (value == null) {
                    continue;
                }
            }
            json(text.append(text.length() == 2 ? '{' : ','), key).append(':');
            json(text, value);
        }
        if (text.length() == 2) {
            throw new MismatchException("associative list with keys has an element that omits all key fields "
                    + names(rule.keys()) + " (and doesn't have default values for any key fields)");
        }
        return text.append('}').toString();
    }

    private static @Nullable Object defaultOf(ListRule rule, String key) {
        MapRule map = rule.item().map();
        Child child = map == null ? null : map.children().get(key);
        return child == null ? null : child.defaultValue();
    }

    private static String names(List<String> keys) {
        return "[" + String.join(" ", keys.stream().map(GoText::quote).toList()) + "]";
    }

    private static StringBuilder json(StringBuilder out, @Nullable Object value) {
        if (value instanceof String text && isPlain(text)) {
            return out.append('"').append(text).append('"');
        }
        return value instanceof Long number ? out.append((long) number) : out.append(GoText.json(value));
    }

    private static boolean isPlain(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < ' ' || c > '~' || c == '"' || c == '\\' || c == '<' || c == '>' || c == '&') {
                return false;
            }
        }
        return true;
    }
}
