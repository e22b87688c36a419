package dev.proa.image;

import dev.proa.api.codec.DecodeException;
import dev.proa.api.codec.Json;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A JSON object of an image, such as a manifest, or a part of one, with typed access. A member that is absent or null reads as empty; one of another type is an {@link
 * ImageFailure} that names the document and the member.
 */
public final class JsonDocument {
    private final String path;
    private final MapValue members;

    private JsonDocument(String path, MapValue members) {
        this.path = path;
        this.members = members;
    }

    /**
     * Reads a document whose root is an object.
     *
     * @param what names the document in the message of a failure
     */
    public static JsonDocument parse(byte[] bytes, String what) {
        try {
            if (Json.decode(bytes) instanceof MapValue members) {
                return new JsonDocument(what, members);
            }
        } catch (DecodeException e) {
            throw new ImageFailure(ImageFailure.Reason.INVALID, what + " is not valid JSON: " + e.getMessage(), e);
        }
        throw ImageFailure.invalid(what + " is not a JSON object");
    }

    /**
     * Writes a document: members come in the map's own order and without white space, so that equal documents have equal
     * digests.
     */
    public static byte[] write(Map<String, ?> document) {
        return Json.encode(document);
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

    public @Nullable JsonDocument object(String name) {
        Object value = members.get(name);
        if (value == null) {
            return null;
        }
        if (value instanceof MapValue map) {
            return new JsonDocument(path + "." + name, map);
        }
        throw wrong(name, "an object");
    }

    /** An object that must be there. */
    public JsonDocument requiredObject(String name) {
        JsonDocument value = object(name);
        if (value == null) {
            throw ImageFailure.invalid(path + " lacks \"" + name + "\"");
        }
        return value;
    }

    public List<JsonDocument> objects(String name) {
        List<JsonDocument> result = new ArrayList<>();
        for (Object item : items(name)) {
            if (!(item instanceof MapValue map)) {
                throw wrong(name, "a list of objects");
            }
            result.add(new JsonDocument(path + "." + name + "[" + result.size() + "]", map));
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
        JsonDocument object = object(name);
        return object == null ? List.of() : List.copyOf(object.members.asMap().keySet());
    }

    public Map<String, String> stringMap(String name) {
        JsonDocument object = object(name);
        if (object == null) {
            return Map.of();
        }
        Map<String, String> result = new LinkedHashMap<>();
        for (String key : object.members.asMap().keySet()) {
            String text = object.string(key);
            result.put(key, text == null ? "" : text);
        }
        return result;
    }

    private ListValue items(String name) {
        Object value = members.get(name);
        if (value == null) {
            return ListValue.EMPTY;
        }
        if (value instanceof ListValue list) {
            return list;
        }
        throw wrong(name, "a list");
    }

    private ImageFailure wrong(String name, String expected) {
        return ImageFailure.invalid(path + ": \"" + name + "\" is not " + expected);
    }
}
