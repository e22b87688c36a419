package dev.proa.image.project;

import dev.proa.image.ImageFailure;
import dev.proa.image.source.SourceFolder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.tomlj.Toml;
import org.tomlj.TomlArray;
import org.tomlj.TomlParseResult;
import org.tomlj.TomlTable;

/** A table of a TOML document. What is absent, or of another type, reads as empty. */
final class TomlFile {
    private final TomlTable table;

    private TomlFile(TomlTable table) {
        this.table = table;
    }

    /** Reads a file of a folder; an empty table when there is none. */
    static TomlFile read(SourceFolder folder, String path) {
        return parse(
                Sources.textIfAny(folder, path), folder.path().resolve(path).toString());
    }

    /**
     * Reads a document.
     *
     * @param what names it in the message of a failure
     */
    static TomlFile parse(String text, String what) {
        TomlParseResult result = Toml.parse(text);
        if (result.hasErrors()) {
            throw ImageFailure.invalid(
                    what + " is not valid TOML: " + result.errors().getFirst());
        }
        return new TomlFile(result);
    }

    boolean has(String... path) {
        return table.get(List.of(path)) != null;
    }

    String string(String... path) {
        return table.get(List.of(path)) instanceof String text ? text : "";
    }

    /** A table in it, empty when there is none. */
    TomlFile table(String... path) {
        return new TomlFile(table.get(List.of(path)) instanceof TomlTable inner ? inner : Toml.parse(""));
    }

    /** The names in this table. */
    List<String> names() {
        return List.copyOf(table.keySet());
    }

    /** The strings of an array. */
    List<String> strings(String... path) {
        List<String> strings = new ArrayList<>();
        each(table.get(List.of(path)), item -> {
            if (item instanceof String text) {
                strings.add(text);
            }
        });
        return strings;
    }

    /** The tables of an array. */
    List<TomlFile> tables(String... path) {
        List<TomlFile> tables = new ArrayList<>();
        each(table.get(List.of(path)), item -> {
            if (item instanceof TomlTable inner) {
                tables.add(new TomlFile(inner));
            }
        });
        return tables;
    }

    /** The members that are strings. */
    Map<String, String> stringMap() {
        Map<String, String> map = new LinkedHashMap<>();
        for (String name : table.keySet()) {
            if (table.get(List.of(name)) instanceof String text) {
                map.put(name, text);
            }
        }
        return map;
    }

    private static void each(@Nullable Object array, Consumer<Object> action) {
        if (array instanceof TomlArray items) {
            for (int i = 0; i < items.size(); i++) {
                action.accept(items.get(i));
            }
        }
    }
}
