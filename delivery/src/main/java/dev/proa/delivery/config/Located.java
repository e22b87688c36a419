package dev.proa.delivery.config;

import dev.proa.api.codec.DecodeException;
import dev.proa.api.codec.Yaml;
import dev.proa.api.codec.YamlLines;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A value of a YAML file that knows its place, so that messages name the line. Reading checks types; what is wrong is a
 * {@link DeliveryFailure} such as {@code proa.yaml:5: applications[0].port must be a number from 1 to 65535}.
 *
 * @param value null when it is absent
 */
public record Located(
        String file,
        YamlLines lines,
        List<String> path,
        @Nullable Object value) {
    /**
     * Parses a file's content, which must be an object.
     *
     * @throws DeliveryFailure when it is not
     */
    public static Located parse(String file, byte[] content) {
        try {
            Object value = Yaml.decode(content);
            YamlLines lines = YamlLines.of(new String(content, StandardCharsets.UTF_8));
            Located root = new Located(file, lines, List.of(), value);
            if (!(value instanceof MapValue)) {
                throw root.wrong("must be an object");
            }
            return root;
        } catch (DecodeException e) {
            throw new DeliveryFailure("cannot use " + file + ": " + e.getMessage());
        }
    }

    /** The file and the line, as {@code proa.yaml:5}. */
    public String place() {
        return file + ":" + lines.of(path);
    }

    /** A failure about this value. */
    public DeliveryFailure wrong(String what) {
        return new DeliveryFailure(place() + ": " + (path.isEmpty() ? "the document" : shown()) + " " + what);
    }

    /** Its path, as {@code applications[0].port}. */
    public String shown() {
        StringBuilder text = new StringBuilder();
        for (String part : path) {
            text.append(part.matches("[0-9]+") ? "[" + part + "]" : (text.isEmpty() ? "" : ".") + part);
        }
        return text.toString();
    }

    public boolean present() {
        return value != null;
    }

    /** The field of that name; absent when there is none, or this is no object. */
    public Located get(String name) {
        return new Located(file, lines, then(name), value instanceof MapValue map ? map.get(name) : null);
    }

    /** The same place with another value. */
    public Located with(@Nullable Object other) {
        return new Located(file, lines, path, other);
    }

    private List<String> then(String name) {
        List<String> longer = new ArrayList<>(path);
        longer.add(name);
        return List.copyOf(longer);
    }

    /** The fields of an object, by name; none when it is absent. */
    public Map<String, Located> fields() {
        Map<String, Located> fields = new LinkedHashMap<>();
        if (value == null) {
            return fields;
        }
        if (!(value instanceof MapValue map)) {
            throw wrong("must be an object");
        }
        for (var entry : map) {
            fields.put(entry.getKey(), get(entry.getKey()));
        }
        return fields;
    }

    /** Checks that an object has no other fields. */
    public void only(Set<String> names) {
        fields().forEach((name, field) -> {
            if (!names.contains(name)) {
                throw field.wrong("is unknown; there is "
                        + String.join(", ", names.stream().sorted().toList()));
            }
        });
    }

    /** The items of a list; none when it is absent. */
    public List<Located> items() {
        if (value == null) {
            return List.of();
        }
        if (!(value instanceof ListValue list)) {
            throw wrong("must be a list");
        }
        List<Located> items = new ArrayList<>();
        for (int i = 0; i < list.size(); i++) {
            items.add(new Located(file, lines, then(String.valueOf(i)), list.get(i)));
        }
        return items;
    }

    /** A text, a number or a boolean as text; {@code usual} when it is absent. */
    public String text(String usual) {
        return switch (value) {
            case null -> usual;
            case MapValue map -> throw wrong("must be a text");
            case ListValue list -> throw wrong("must be a text");
            default -> value.toString();
        };
    }

    /** The texts of a list. */
    public List<String> texts() {
        return items().stream().map(item -> item.text("")).toList();
    }

    /** A whole number in a range, which may be written as text; {@code usual} when it is absent. */
    public int number(int usual, int least, int most) {
        if (value == null) {
            return usual;
        }
        String text = text("");
        long number = text.matches("[0-9]{1,10}") ? Long.parseLong(text) : -1;
        if (number < least || number > most) {
            throw wrong("must be a number from " + least + " to " + most);
        }
        return (int) number;
    }

    /** A boolean, which may be written as text; {@code usual} when it is absent. */
    public boolean bool(boolean usual) {
        return switch (text(String.valueOf(usual))) {
            case "true" -> true;
            case "false" -> false;
            default -> throw wrong("must be true or false");
        };
    }
}
