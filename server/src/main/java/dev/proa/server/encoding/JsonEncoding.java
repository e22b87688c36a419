package dev.proa.server.encoding;

import dev.proa.api.codec.DecodeException;
import dev.proa.api.codec.Json;
import dev.proa.api.value.MapValue;
import dev.proa.server.store.StoredObject;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** {@code application/json}; the events of a watch are one object a line. */
public final class JsonEncoding implements Encoding {
    /** The only one. */
    public static final JsonEncoding INSTANCE = new JsonEncoding();

    private static final byte[] ADDED = frameHead("ADDED");
    private static final byte[] MODIFIED = frameHead("MODIFIED");
    private static final byte[] DELETED = frameHead("DELETED");
    private static final byte[] FRAME_TAIL = {'}', '\n'};

    private static final byte[] ITEMS = ",\"items\":[".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] COMMA = {','};
    private static final byte[] LIST_TAIL = {']', '}'};

    private JsonEncoding() {}

    @Override
    public String mediaType() {
        return "application/json";
    }

    @Override
    public String watchMediaType() {
        return "application/json";
    }

    @Override
    public byte[] object(MapValue value) {
        return Json.encode(value);
    }

    @Override
    public byte[] object(StoredObject object) {
        return object.json();
    }

    @Override
    public Content list(String apiVersion, String kind, MapValue metadata, List<StoredObject> items) {
        byte[] head = listHead(apiVersion, kind, metadata);
        long length = head.length + LIST_TAIL.length + Math.max(0, items.size() - 1);
        for (StoredObject item : items) {
            length += item.json().length;
        }
        return new ListContent(head, items, length);
    }

    /** The items come last, after what the list says of itself. */
    private static byte[] listHead(String apiVersion, String kind, MapValue metadata) {
        byte[] list = Json.encode(MapValue.of("apiVersion", apiVersion, "kind", kind, "metadata", metadata));
        int open = list.length - 1; // all but the brace at the end
        byte[] head = Arrays.copyOf(list, open + ITEMS.length);
        System.arraycopy(ITEMS, 0, head, open, ITEMS.length);
        return head;
    }

    private record ListContent(byte[] head, List<StoredObject> items, long length) implements Content {
        @Override
        public void writeTo(Sink sink) {
            sink.write(head);
            boolean first = true;
            for (StoredObject item : items) {
                if (!first) {
                    sink.write(COMMA);
                }
                first = false;
                if (!sink.write(item.json())) {
                    return;
                }
            }
            sink.write(LIST_TAIL);
        }
    }

    private static byte[] frameHead(String type) {
        return ("{\"type\":\"" + type + "\",\"object\":").getBytes(StandardCharsets.US_ASCII);
    }

    @Override
    public byte[] frameHead(String type, byte[] object) {
        return switch (type) {
            case "ADDED" -> ADDED;
            case "MODIFIED" -> MODIFIED;
            case "DELETED" -> DELETED;
            default -> frameHead(type);
        };
    }

    @Override
    public byte[] frameTail() {
        return FRAME_TAIL;
    }

    @Override
    public int frameDelimiter() {
        return 0;
    }

    @Override
    public @Nullable Object decode(
            byte[] bytes, String apiVersion, String kind, @Nullable Consumer<String> duplicates) {
        try {
            return decode(bytes, () -> Json.decodeMerged(bytes, duplicates));
        } catch (DecodeException e) {
            throw new DecodeException("couldn't get version/kind; json parse error: " + e.getMessage(), e);
        }
    }

    /**
     * Reads a patch, in which of a name that is there twice the last value counts.
     *
     * @param duplicates gets the path of each name that is there twice
     * @throws DecodeException with the message of Go's decoder
     */
    public static @Nullable Object decodePatch(byte[] bytes, Consumer<String> duplicates) {
        return decode(bytes, () -> Json.decode(bytes, duplicates));
    }

    private static @Nullable Object decode(byte[] bytes, Supplier<@Nullable Object> decoding) {
        if (isBlank(bytes)) {
            throw new DecodeException("unexpected end of JSON input");
        }
        try {
            return decoding.get();
        } catch (DecodeException e) {
            String goMessage = JsonFaults.of(bytes);
            throw goMessage == null ? e : new DecodeException(goMessage, e);
        }
    }

    private static boolean isBlank(byte[] bytes) {
        for (byte b : bytes) {
            if (b > ' ' || b < 0) {
                return false;
            }
        }
        return true;
    }
}
