package dev.proa.api.protobuf;

import dev.proa.api.codec.DecodeException;
import dev.proa.api.schema.Field;
import dev.proa.api.schema.Schema.ListOf;
import dev.proa.api.schema.Schema.ListType;
import dev.proa.api.schema.SchemaCatalog;
import dev.proa.api.schema.Struct;
import dev.proa.api.value.MapValue;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Objects of built-in types as {@code application/vnd.kubernetes.protobuf}. All methods are safe for any thread. Custom resources have no
 * protobuf; clients that prefer it are answered in JSON.
 */
public final class Protobuf {
    /** The media type of objects. */
    public static final String MEDIA_TYPE = "application/vnd.kubernetes.protobuf";

    /** The media type of the frames of a watch. */
    public static final String WATCH_MEDIA_TYPE = MEDIA_TYPE + ";stream=watch";

    private static final byte[] MAGIC = {'k', '8', 's', 0};

    private Protobuf() {}

    /** The types that only have metadata, which no document of the API server lists. */
    private static final class Partial {
        static final Struct ONE = partial("PartialObjectMetadata", List.of(metadata("ObjectMeta")));
        static final Struct LIST = partial(
                "PartialObjectMetadataList",
                List.of(numbered("items", new ListOf(ONE, ListType.ATOMIC, List.of()), "2"), metadata("ListMeta")));

        private static Struct partial(String name, List<Field> fields) {
            return new Struct("io.k8s.apimachinery.pkg.apis.meta.v1." + name, List.of(), false, false, () -> fields);
        }

        private static Field metadata(String type) {
            Struct struct = SchemaCatalog.builtin().struct("io.k8s.apimachinery.pkg.apis.meta.v1." + type);
            return numbered("metadata", Objects.requireNonNull(struct), "1");
        }

        private static Field numbered(String name, dev.proa.api.schema.Schema type, String number) {
            Field field = Field.of(name, type, false);
            return new Field(
                    name, type, false, false, field.patch(), null, List.of(), number, "", Field.Presence.ALWAYS);
        }
    }

    private static @Nullable Struct struct(String apiVersion, String kind) {
        if (apiVersion.startsWith("meta.k8s.io/")) {
            switch (kind) {
                case "PartialObjectMetadata" -> {
                    return Partial.ONE;
                }
                case "PartialObjectMetadataList" -> {
                    return Partial.LIST;
                }
                default -> {}
            }
        }
        return SchemaCatalog.builtin().kind(apiVersion, kind);
    }

    private static MessagePlan plan(String apiVersion, String kind) {
        Struct struct = struct(apiVersion, kind);
        if (struct == null) {
            throw new DecodeException("no kind \"" + kind + "\" is registered for version \"" + apiVersion
                    + "\": it has no protobuf; send and accept application/json");
        }
        return MessagePlan.of(struct);
    }

    /** Whether objects of this kind, or lists of this kind, have a protobuf form. {@code apiVersion} as in objects. */
    public static boolean supports(String apiVersion, String kind) {
        return struct(apiVersion, kind) != null;
    }

    /**
     * Writes an object or list with its type.
     *
     * @throws DecodeException when its kind has no protobuf
     */
    public static byte[] encode(MapValue object) {
        return envelope(object.string("apiVersion"), object.string("kind"), encodeMessage(object));
    }

    /**
     * Writes an object without its type, as it is within a list: to be kept and sent by many lists and watches.
     *
     * @throws DecodeException when its kind has no protobuf
     */
    public static byte[] encodeMessage(MapValue object) {
        MessageWriter writer = new MessageWriter(2048);
        writer.message(object, plan(object.string("apiVersion"), object.string("kind")));
        return writer.toByteArray();
    }

    /** An object that {@link #encodeMessage} wrote, with its type. */
    public static byte[] envelope(String apiVersion, String kind, byte[] message) {
        MessageWriter writer = new MessageWriter(message.length + 96);
        writer.string(4, "");
        writer.string(3, "");
        writer.bytes(2, message);
        type(writer, apiVersion, kind);
        writer.raw(MAGIC);
        return writer.toByteArray();
    }

    private static void type(MessageWriter writer, String apiVersion, String kind) {
        int end = writer.position();
        writer.string(2, kind);
        writer.string(1, apiVersion);
        writer.length(1, end);
    }

    /**
     * Writes a list out of objects that {@link #encodeMessage} wrote.
     *
     * @param kind the kind of the list, as {@code PodList}
     * @param metadata that of the list
     */
    public static void encodeList(
            String apiVersion, String kind, MapValue metadata, List<byte[]> items, OutputStream out)
            throws IOException {
        MessageWriter head = new MessageWriter(256);
        int end = head.position();
        Struct meta = SchemaCatalog.builtin().struct("io.k8s.apimachinery.pkg.apis.meta.v1.ListMeta");
        head.message(metadata, MessagePlan.of(Objects.requireNonNull(meta)));
        head.length(1, end);
        byte[] first = head.toByteArray();
        long length = first.length;
        for (byte[] item : items) {
            length += 1L + MessageWriter.varintSize(item.length) + item.length;
        }
        MessageWriter start = new MessageWriter(128);
        start.varint(length);
        start.tag(2, MessageWriter.BYTES);
        type(start, apiVersion, kind);
        start.raw(MAGIC);
        out.write(start.toByteArray());
        out.write(first);
        for (byte[] item : items) {
            MessageWriter prefix = new MessageWriter(16);
            prefix.varint(item.length);
            prefix.tag(2, MessageWriter.BYTES);
            out.write(prefix.toByteArray());
            out.write(item);
        }
        MessageWriter tail = new MessageWriter(16);
        tail.string(4, "");
        tail.string(3, "");
        out.write(tail.toByteArray());
    }

    /**
     * A frame of a watch.
     *
     * @param type ADDED, MODIFIED, DELETED, BOOKMARK or ERROR
     * @param object as {@link #encode} or {@link #envelope} wrote it
     */
    public static byte[] watchFrame(String type, byte[] object) {
        MessageWriter writer = new MessageWriter(object.length + 64);
        int end = writer.position();
        writer.bytes(1, object);
        writer.length(2, end);
        writer.string(1, type);
        int length = writer.size();
        writer.raw(new byte[] {(byte) (length >> 24), (byte) (length >> 16), (byte) (length >> 8), (byte) length});
        return writer.toByteArray();
    }

    /** Whether bytes start as an object in protobuf does. */
    public static boolean is(byte[] bytes) {
        return bytes.length >= 4 && bytes[0] == 'k' && bytes[1] == '8' && bytes[2] == 's' && bytes[3] == 0;
    }

    /**
     * Reads an object with its type.
     *
     * @throws DecodeException when it is not one, or its kind has no protobuf
     */
    public static MapValue decode(byte[] bytes) {
        return decode(bytes, "", "");
    }

    /**
     * Reads an object; one that does not say its type is taken to be of the given one.
     *
     * @throws DecodeException when it is not one, or its kind has no protobuf
     */
    public static MapValue decode(byte[] bytes, String apiVersion, String kind) {
        if (!is(bytes)) {
            throw new DecodeException(
                    "provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]");
        }
        MessageReader reader = new MessageReader(bytes, MAGIC.length, bytes.length);
        String[] type = {apiVersion, kind};
        MessageReader message = new MessageReader(bytes, 0, 0);
        while (reader.hasNext()) {
            int tag = reader.tag();
            switch (tag >>> 3) {
                case 1 -> readType(reader.nested(tag), type);
                case 2 -> message = reader.nested(tag);
                default -> reader.skip(tag);
            }
        }
        MapValue value = message.message(plan(type[0], type[1]), 0);
        return value.with("apiVersion", type[0]).with("kind", type[1]);
    }

    private static void readType(MessageReader reader, String[] type) {
        while (reader.hasNext()) {
            int tag = reader.tag();
            int number = tag >>> 3;
            if (number == 1 || number == 2) {
                String text = reader.string(tag);
                if (!text.isEmpty()) {
                    type[number - 1] = text;
                }
            } else {
                reader.skip(tag);
            }
        }
    }
}
