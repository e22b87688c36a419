package dev.proa.server.configfile;

import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The fields of an object of a configuration file. Those that nobody asked for are unknown. For one thread. */
public final class ConfigFields {
    private static final Pattern DURATION = Pattern.compile("([0-9]+(?:\\.[0-9]+)?)(ns|us|µs|ms|s|m|h)");

    private final MapValue object;
    private final String path;
    private final List<String> problems;
    private final Set<String> known = new HashSet<>();
    private final List<ConfigFields> children = new ArrayList<>();

    ConfigFields(MapValue object, String path, List<String> problems) {
        this.object = object;
        this.path = path;
        this.problems = problems;
    }

    /** The path of a field, such as {@code rules[0].level}. */
    public String path(String name) {
        return path.isEmpty() ? name : path + "." + name;
    }

    /** Whether the object has a field. */
    public boolean has(String name) {
        known.add(name);
        return object.get(name) != null;
    }

    private @Nullable Object get(String name) {
        known.add(name);
        return object.get(name);
    }

    /** A text; empty when it is not there. */
    public String text(String name) {
        return switch (get(name)) {
            case null -> "";
            case String text -> text;
            default -> throw wrong(name, "a string");
        };
    }

    /** A boolean; null when it is not there. */
    public @Nullable Boolean bool(String name) {
        return switch (get(name)) {
            case null -> null;
            case Boolean value -> value;
            default -> throw wrong(name, "a boolean");
        };
    }

    /** An integer; null when it is not there. */
    public @Nullable Long integer(String name) {
        return switch (get(name)) {
            case null -> null;
            case Long value -> value;
            default -> throw wrong(name, "an integer");
        };
    }

    /** A duration as Go writes it, such as {@code 3s} or {@code 1m30s}. */
    public Duration duration(String name, Duration usual) {
        String text = text(name);
        if (text.isEmpty()) {
            return usual;
        }
        Matcher part = DURATION.matcher(text);
        double nanos = 0;
        int end = 0;
        while (part.find() && part.start() == end) {
            nanos += Double.parseDouble(part.group(1))
                    * switch (part.group(2)) {
                        case "h" -> 3.6e12;
                        case "m" -> 6e10;
                        case "s" -> 1e9;
                        case "ms" -> 1e6;
                        case "ns" -> 1;
                        default -> 1e3;
                    };
            end = part.end();
        }
        if (end == 0 || end < text.length()) {
            throw wrong(name, "a duration");
        }
        return Duration.ofNanos(Math.round(nanos));
    }

    /** A list of texts; empty when it is not there. */
    public List<String> texts(String name) {
        List<String> texts = new ArrayList<>();
        for (Object item : list(name)) {
            if (!(item instanceof String text)) {
                throw wrong(name, "a list of strings");
            }
            texts.add(text);
        }
        return texts;
    }

    /** A list of objects; empty when it is not there. */
    public List<ConfigFields> objects(String name) {
        List<ConfigFields> objects = new ArrayList<>();
        for (Object item : list(name)) {
            if (!(item instanceof MapValue map)) {
                throw wrong(name, "a list of objects");
            }
            objects.add(child(map, path(name) + "[" + objects.size() + "]"));
        }
        return objects;
    }

    /** An object; null when it is not there. */
    public @Nullable ConfigFields object(String name) {
        return switch (get(name)) {
            case null -> null;
            case MapValue map -> child(map, path(name));
            default -> throw wrong(name, "an object");
        };
    }

    /** Takes a field for known that is not used, such as {@code metadata}. */
    public void ignore(String name) {
        known.add(name);
    }

    private ListValue list(String name) {
        return switch (get(name)) {
            case null -> ListValue.EMPTY;
            case ListValue list -> list;
            default -> throw wrong(name, "a list");
        };
    }

    private ConfigFields child(MapValue map, String at) {
        ConfigFields child = new ConfigFields(map, at, problems);
        children.add(child);
        return child;
    }

    private ConfigException wrong(String name, String expected) {
        return new ConfigException(path(name) + " is not " + expected);
    }

    /** Reports the fields that are unknown, here and below. */
    void end() {
        for (Map.Entry<String, @Nullable Object> field : object) {
            if (!known.contains(field.getKey())) {
                problems.add("unknown field \"" + path(field.getKey()) + "\"");
            }
        }
        children.forEach(ConfigFields::end);
    }
}
