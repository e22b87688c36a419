package dev.proa.delivery.pipeline.yaml;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A node of YAML. Immutable. */
public sealed interface YamlNode {
    /** Where it begins. */
    Place place();

    /**
     * A place in a file.
     *
     * @param line counted from 1
     * @param column counted from 1
     */
    record Place(int line, int column) {}

    /**
     * A scalar.
     *
     * @param text as written, without quotes
     * @param plain whether it has no quotes and is no block
     */
    record Scalar(Place place, String text, boolean plain) implements YamlNode {
        /** Null, a Boolean, a Double or a String, by the core schema of YAML 1.2: {@code on} and {@code yes} are strings. */
        public @Nullable Object value() {
            if (!plain) {
                return text;
            }
            return switch (text) {
                case "", "~", "null", "Null", "NULL" -> null;
                case "true", "True", "TRUE" -> true;
                case "false", "False", "FALSE" -> false;
                default -> number();
            };
        }

        private Object number() {
            try {
                if (text.matches("0x[0-9a-fA-F]+")) {
                    return (double) Long.parseLong(text.substring(2), 16);
                }
                if (text.matches("0o[0-7]+")) {
                    return (double) Long.parseLong(text.substring(2), 8);
                }
                if (text.matches("[-+]?(\\.[0-9]+|[0-9]+(\\.[0-9]*)?)([eE][-+]?[0-9]+)?")) {
                    return Double.parseDouble(text);
                }
            } catch (NumberFormatException e) {
                return text; // more digits than a number has
            }
            return switch (text.toLowerCase(Locale.ROOT)) {
                case ".inf", "+.inf" -> Double.POSITIVE_INFINITY;
                case "-.inf" -> Double.NEGATIVE_INFINITY;
                case ".nan" -> Double.NaN;
                default -> text;
            };
        }
    }

    /**
     * A list.
     *
     * @param tag as {@code !reference}; empty when none
     */
    record Sequence(Place place, List<YamlNode> items, String tag) implements YamlNode {
        public Sequence {
            items = List.copyOf(items);
        }
    }

    /**
     * A map.
     *
     * @param keys the place of each key
     */
    record Mapping(Place place, Map<String, YamlNode> entries, Map<String, Place> keys) implements YamlNode {
        public Mapping {
            entries = Collections.unmodifiableMap(new LinkedHashMap<>(entries));
            keys = Map.copyOf(keys);
        }

        /** The value of a key; null when there is none. */
        public @Nullable YamlNode get(String key) {
            return entries.get(key);
        }

        /** The place of a key, or of the map when it has no such key. */
        public Place keyPlace(String key) {
            return keys.getOrDefault(key, place);
        }
    }

    /** Whether it is a scalar that stands for nothing. */
    default boolean empty() {
        return this instanceof Scalar scalar && scalar.value() == null;
    }
}
