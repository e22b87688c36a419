package dev.proa.api.config;

import dev.proa.api.codec.DecodeException;
import dev.proa.api.codec.GoDuration;
import dev.proa.api.codec.GoText;
import dev.proa.api.codec.Yaml;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An object in a file of configuration. Read its fields by name, then call {@link #end} or {@link #endAll}, which refuse all others. A field that is null counts as
 * absent, as in Kubernetes.
 *
 * <p>All methods throw {@link ConfigException} when the file is not as it should be; the message has the file and the field, but no value that
 * could be a secret. For one thread.
 */
public final class ConfigObject {
    private final String source;
    private final String path;
    private final MapValue value;
    private final Set<String> read = new HashSet<>();
    private final List<ConfigObject> children = new ArrayList<>();

    private ConfigObject(String source, String path, MapValue value) {
        this.source = source;
        this.path = path;
        this.value = value;
    }

    /**
     * Reads the first document of YAML or JSON.
     *
     * @param source what messages call it, as the file's name
     */
    public static ConfigObject parse(String source, byte[] text) {
        List<String> duplicates = new ArrayList<>();
        ConfigObject object = decode(source, text, duplicates);
        if (!duplicates.isEmpty()) {
            throw new ConfigException(source + ": strict decoding error: " + String.join(", ", duplicates));
        }
        return object;
    }

    /**
     * The same, but duplicate fields are told, and not refused.
     *
     * @param problems takes a message for each
     */
    public static ConfigObject parseLeniently(String source, byte[] text, List<String> problems) {
        return decode(source, text, problems);
    }

    private static ConfigObject decode(String source, byte[] text, List<String> duplicates) {
        Object value;
        try {
            value = Yaml.decode(text, duplicates::add);
        } catch (DecodeException e) {
            // Without its cause, which quotes the file, secrets and all.
            throw new ConfigException(source + ": " + e.getMessage());
        }
        return switch (value) {
            case MapValue map -> new ConfigObject(source, "", map);
            case null -> new ConfigObject(source, "", MapValue.EMPTY);
            default -> throw new ConfigException(source + ": must be an object");
        };
    }

    /**
     * Checks {@code apiVersion} and {@code kind}.
     *
     * @param group as {@code apiserver.config.k8s.io}
     * @param versions which of its versions are known
     * @return the version
     */
    public String require(String group, Set<String> versions, String kind) {
        String apiVersion = text("apiVersion", "");
        String given = text("kind", "");
        if (given.isEmpty()) {
            throw problem("", "Object 'Kind' is missing");
        }
        if (apiVersion.isEmpty()) {
            throw problem("", "Object 'apiVersion' is missing");
        }
        String version = apiVersion.substring(apiVersion.indexOf('/') + 1);
        if (!given.equals(kind) || !apiVersion.equals(group + "/" + version) || !versions.contains(version)) {
            throw problem(
                    "",
                    "no kind " + GoText.quote(given) + " is registered for version " + GoText.quote(apiVersion)
                            + ", expected " + kind + " of " + group + "/" + String.join(", ", versions));
        }
        return version;
    }

    /** Whether there is such a field. */
    public boolean has(String name) {
        return value.get(name) != null;
    }

    public String text(String name, String usual) {
        return text(name).orElse(usual);
    }

    public Optional<String> text(String name) {
        return Optional.ofNullable(field(name, String.class, "a string"));
    }

    public boolean bool(String name, boolean usual) {
        return bool(name).orElse(usual);
    }

    public Optional<Boolean> bool(String name) {
        return Optional.ofNullable(field(name, Boolean.class, "true or false"));
    }

    public long integer(String name, long usual) {
        return integer(name).orElse(usual);
    }

    public Optional<Long> integer(String name) {
        return Optional.ofNullable(field(name, Long.class, "an integer"));
    }

    /** An integer of a type of 32 bits. */
    public int int32(String name, int usual) {
        long given = integer(name, usual);
        if (given != (int) given) {
            throw problem(name, "must be an integer of 32 bits, but is " + given);
        }
        return (int) given;
    }

    /** A duration as Go writes it, such as {@code 3s} or {@code 1m30s}. */
    public Duration duration(String name, Duration usual) {
        return text(name)
                .filter(text -> !text.isEmpty())
                .map(text -> GoDuration.parse(text).orElseThrow(() -> problem(name, "must be a duration")))
                .orElse(usual);
    }

    /** Takes a field for known that is not used, such as {@code metadata}. */
    public void ignore(String name) {
        read.add(name);
    }

    /** A list of strings; empty when it is absent. */
    public List<String> texts(String name) {
        List<String> texts = new ArrayList<>();
        for (Object item : items(name)) {
            if (!(item instanceof String text)) {
                throw problem(name + "[" + texts.size() + "]", "must be a string");
            }
            texts.add(text);
        }
        return texts;
    }

    public Optional<ConfigObject> object(String name) {
        return Optional.ofNullable(field(name, MapValue.class, "an object")).map(map -> child(place(name), map));
    }

    /** A list of objects; empty when it is absent. */
    public List<ConfigObject> objects(String name) {
        List<ConfigObject> objects = new ArrayList<>();
        for (Object item : items(name)) {
            String at = name + "[" + objects.size() + "]";
            if (!(item instanceof MapValue map)) {
                throw problem(at, "must be an object");
            }
            objects.add(child(place(at), map));
        }
        return objects;
    }

    /** An object whose fields are all strings; empty when it is absent. */
    public Map<String, String> textMap(String name) {
        Map<String, String> texts = new LinkedHashMap<>();
        object(name)
                .ifPresent(object -> object.value.forEach(entry ->
                        texts.put(entry.getKey(), object.text(entry.getKey()).orElse(""))));
        return texts;
    }

    /** Refuses fields of this object that nobody asked for. */
    public void end() {
        List<String> unknown = new ArrayList<>();
        addUnknown(unknown);
        refuse(unknown);
    }

    /** The same for this object and those that were read below it. */
    public void endAll() {
        refuse(unknown());
    }

    /** A message for each field that nobody asked for, here and in the objects that were read below. */
    public List<String> unknown() {
        List<String> unknown = new ArrayList<>();
        addUnknown(unknown);
        children.forEach(child -> unknown.addAll(child.unknown()));
        return unknown;
    }

    private void addUnknown(List<String> unknown) {
        for (int i = 0; i < value.size(); i++) {
            if (!read.contains(value.nameAt(i))) {
                unknown.add("unknown field " + GoText.quote(place(value.nameAt(i))));
            }
        }
    }

    private void refuse(List<String> unknown) {
        if (!unknown.isEmpty()) {
            throw new ConfigException(source + ": strict decoding error: " + String.join(", ", unknown));
        }
    }

    private ConfigObject child(String at, MapValue map) {
        ConfigObject child = new ConfigObject(source, at, map);
        children.add(child);
        return child;
    }

    /**
     * The refusal of a field's value.
     *
     * @param name of the field; empty for this object
     */
    public ConfigException problem(String name, String what) {
        String place = place(name);
        return new ConfigException(source + ": " + (place.isEmpty() ? "" : place + ": ") + what);
    }

    /** Where it is: a file, and the path of a field in it. */
    @Override
    public String toString() {
        return path.isEmpty() ? source : source + ": " + path;
    }

    private List<@Nullable Object> items(String name) {
        ListValue list = field(name, ListValue.class, "a list");
        return list == null ? List.of() : list;
    }

    private <T> @Nullable T field(String name, Class<T> type, String what) {
        read.add(name);
        Object given = value.get(name);
        if (given != null && !type.isInstance(given)) {
            throw problem(name, "must be " + what);
        }
        return type.cast(given);
    }

    /** The path of a field, such as {@code rules[0].level}; that of the object when {@code name} is empty. */
    public String place(String name) {
        return path.isEmpty() ? name : name.isEmpty() ? path : path + "." + name;
    }
}
