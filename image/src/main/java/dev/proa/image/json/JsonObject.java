package dev.proa.image.json;

import dev.proa.image.ImageFailure;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A JSON object with typed access. A member that is absent or null reads as empty; one of another type is an {@link
 * ImageFailure} that names the document and the member.
 */
public final class JsonObject {
    private final String path;
    private final Map<?, ?> members;

    JsonObject(String path, Map<?, ?> members) {
        this.path = path;
        this.members = members;
    }

    /** Whether the member is there and not null. */
    public boolean has(String name) {
        return members.get(name) != null;
    }

    public @Nullable String string(String name) {
        Object value = members.get(name);
        if (value == null || value instanceof String) {
            return (String) value;
        }
        throw wrong(name, "a string");
    }

    public String string(String name, String otherwise) {
        String value = string(name);
        return value == null ? otherwise : value;
    }

    /** A string that must be there. */
    public String required(String name) {
        String value = string(name);
        if (value == null) {
            throw ImageFailure.invalid(path + " lacks \"" + name + "\"");
        }
        return value;
    }

    public long number(String name, long otherwise) {
        Object value = members.get(name);
        if (value == null) {
            return otherwise;
        }
        if (value instanceof Long number) {
            return number;
        }
        throw wrong(name, "a whole number");
    }

    public boolean flag(String name) {
        Object value = members.get(name);
        if (value == null) {
            return false;
        }
        if (value instanceof Boolean flag) {
            return flag;
        }
        throw wrong(name, "true or false");
    }

    public @Nullable JsonObject object(String name) {
        Object value = members.get(name);
        if (value == null) {
            return null;
        }
        if (value instanceof Map<?, ?> map) {
            return new JsonObject(path + "." + name, map);
        }
        throw wrong(name, "an object");
    }

    /** An object that must be there. */
    public JsonObject requiredObject(String name) {
        JsonObject value = object(name);
        if (value == null) {
            throw ImageFailure.invalid(path + " lacks \"" + name + "\"");
        }
        return value;
    }

    public List<JsonObject> objects(String name) {
        List<JsonObject> result = new ArrayList<>();
        for (Object item : items(name)) {
            if (!(item instanceof Map<?, ?> map)) {
                throw wrong(name, "a list of objects");
            }
            result.add(new JsonObject(path + "." + name + "[" + result.size() + "]", map));
        }
        return result;
    }

    public List<String> strings(String name) {
        List<String> result = new ArrayList<>();
        for (Object item : items(name)) {
            if (!(item instanceof String text)) {
                throw wrong(name, "a list of strings");
            }
            result.add(text);
        }
        return result;
    }

    /** The members' names of an object used as a set, as {@code ExposedPorts} is. */
    public List<String> keys(String name) {
        JsonObject object = object(name);
        return object == null
                ? List.of()
                : object.members.keySet().stream().map(String::valueOf).toList();
    }

    public Map<String, String> stringMap(String name) {
        JsonObject object = object(name);
        if (object == null) {
            return Map.of();
        }
        Map<String, String> result = new LinkedHashMap<>();
        for (Object key : object.members.keySet()) {
            String text = object.string((String) key);
            result.put((String) key, text == null ? "" : text);
        }
        return result;
    }

    private List<?> items(String name) {
        Object value = members.get(name);
        if (value == null) {
            return List.of();
        }
        if (value instanceof List<?> list) {
            return list;
        }
        throw wrong(name, "a list");
    }

    private ImageFailure wrong(String name, String expected) {
        return ImageFailure.invalid(path + ": \"" + name + "\" is not " + expected);
    }
}
