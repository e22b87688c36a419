package dev.proa.api.schema;

import dev.proa.api.codec.Json;
import dev.proa.api.schema.Schema.ListOf;
import dev.proa.api.schema.Schema.ListType;
import dev.proa.api.schema.Schema.MapOf;
import dev.proa.api.schema.Schema.Scalar;
import dev.proa.api.value.MapValue;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A line of {@code schema.txt}: words separated by tabs, as the generator's {@code SchemaWriter} describes. */
record SchemaLine(List<String> words) {
    static SchemaLine of(String line) {
        List<String> words = new ArrayList<>();
        int from = 0;
        for (int tab = line.indexOf('\t'); tab >= 0; tab = line.indexOf('\t', from)) {
            words.add(line.substring(from, tab));
            from = tab + 1;
        }
        words.add(line.substring(from));
        return new SchemaLine(words);
    }

    String name() {
        return words.getFirst();
    }

    /** The value of a {@code key=value} word; empty when there is none. */
    String value(String key) {
        for (int i = 1; i < words.size(); i++) {
            String word = words.get(i);
            if (word.length() > key.length() && word.charAt(key.length()) == '=' && word.startsWith(key)) {
                return word.substring(key.length() + 1);
            }
        }
        return "";
    }

    Field toField(SchemaCatalog catalog) {
        String strategies = value("patch");
        Field.Patch patch = strategies.isEmpty()
                ? Field.Patch.PLAIN
                : new Field.Patch(
                        strategies.startsWith("merge"),
                        strategies.equals("replace"),
                        strategies.endsWith("retainKeys"),
                        value("key"));
        return new Field(
                name().intern(),
                type(words.get(1), catalog),
                words.contains("!"),
                value("map").equals("atomic"),
                value("map").equals("granular"),
                patch,
                value("default").isEmpty() ? null : json(value("default")),
                enumeration(),
                prefixed('#'),
                value("of"),
                presence());
    }

    /** The word that starts with {@code prefix}, without it; empty when there is none. */
    private String prefixed(char prefix) {
        for (int i = 2; i < words.size(); i++) {
            String word = words.get(i);
            if (word.charAt(0) == prefix) {
                return word.substring(1);
            }
        }
        return "";
    }

    private Field.Presence presence() {
        return switch (prefixed(':')) {
            case "p" -> Field.Presence.POINTER;
            case "q" -> Field.Presence.NULLABLE;
            case "z" -> Field.Presence.ALWAYS;
            default -> Field.Presence.OMITTED;
        };
    }

    private List<Object> enumeration() {
        String text = value("enum");
        return text.isEmpty()
                ? List.of()
                : List.of((Object[]) text.substring(2, text.length() - 2).split("\",\"", -1));
    }

    /** Parses a JSON value. The few that occur need no JSON parser. */
    private static @Nullable Object json(String text) {
        return switch (text) {
            case "\"\"" -> "";
            case "{}" -> MapValue.EMPTY;
            case "0" -> 0L;
            case "1" -> 1L;
            case "false" -> Boolean.FALSE;
            default -> {
                boolean string = text.startsWith("\"") && text.indexOf('\\') < 0;
                yield string
                        ? text.substring(1, text.length() - 1)
                        : Json.decode(text.getBytes(StandardCharsets.UTF_8));
            }
        };
    }

    /** The type for a code. Options of lists and maps apply to the outermost one. */
    private Schema type(String code, SchemaCatalog catalog) {
        return switch (code.charAt(0)) {
            case '[' -> new ListOf(inner(code.substring(1), catalog), listType(), keys());
            case '{' ->
                new MapOf(inner(code.substring(1), catalog), value("map").equals("atomic"));
            default -> inner(code, catalog);
        };
    }

    private static Schema inner(String code, SchemaCatalog catalog) {
        return switch (code) {
            case "s" -> Scalar.STRING;
            case "i" -> Scalar.INT32;
            case "l" -> Scalar.INT64;
            case "d" -> Scalar.DOUBLE;
            case "b" -> Scalar.BOOL;
            case "y" -> Scalar.BYTES;
            case "t" -> Scalar.TIME;
            case "m" -> Scalar.MICRO_TIME;
            case "q" -> Scalar.QUANTITY;
            case "x" -> Scalar.INT_OR_STRING;
            case "a" -> Scalar.ANY;
            default -> {
                if (code.startsWith("[")) {
                    yield new ListOf(inner(code.substring(1), catalog), ListType.ATOMIC, List.of());
                }
                Struct struct = catalog.struct(code);
                if (struct == null) {
                    throw new IllegalStateException("the schema lacks type " + code);
                }
                yield struct;
            }
        };
    }

    private ListType listType() {
        return switch (value("list")) {
            case "map" -> ListType.MAP;
            case "set" -> ListType.SET;
            default -> ListType.ATOMIC;
        };
    }

    private List<String> keys() {
        String keys = value("keys");
        return keys.isEmpty() ? List.of() : List.of(keys.split(","));
    }
}
