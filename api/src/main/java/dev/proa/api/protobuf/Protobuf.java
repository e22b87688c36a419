package dev.proa.api.protobuf;

import dev.proa.api.codec.DecodeException;
import dev.proa.api.schema.Field;
import dev.proa.api.schema.Schema;
import dev.proa.api.schema.Schema.ListOf;
import dev.proa.api.schema.Schema.ListType;
import dev.proa.api.schema.SchemaCatalog;
import dev.proa.api.schema.Struct;
import dev.proa.api.value.MapValue;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Writes and reads objects of the types of one schema as {@code application/vnd.kubernetes.protobuf}: the prefix {@code k8s\0}, and a
 * {@code runtime.Unknown} message with the type and, as bytes, the object's own message. Safe for any thread.
 *
 * <p>An object that is written once serves every answer: {@link #messageStart} tells where in it the message is that a list has, and a
 * {@linkplain #frameHead frame} of a watch ends with all of it.
 */
public final class Protobuf {
    /** The media type of objects. */
    public static final String MEDIA_TYPE = "application/vnd.kubernetes.protobuf";

    private static final String META = "io.k8s.apimachinery.pkg.apis.meta.v1.";
    private static final byte[] MAGIC = {'k', '8', 's', 0};
    /** Two empty strings: the encoding and the type of the content. */
    private static final byte[] TAIL = {3 << 3 | MessageWriter.BYTES, 0, 4 << 3 | MessageWriter.BYTES, 0};

    private final SchemaCatalog schemas;
    private final Struct listMetadata;
    private final Struct partial;
    private final Struct partialList;
    private final Map<Struct, MessagePlan> plans = new ConcurrentHashMap<>();

    /** @param schemas the types, whose fields have their numbers */
    public Protobuf(SchemaCatalog schemas) {
        this.schemas = schemas;
        this.listMetadata = known(META + "ListMeta");
        // The types that only have metadata, which no document of the API server lists.
        this.partial = message("PartialObjectMetadata", List.of(field("metadata", known(META + "ObjectMeta"), "1")));
        this.partialList = message(
                "PartialObjectMetadataList",
                List.of(
                        field("items", new ListOf(partial, ListType.ATOMIC, List.of()), "2"),
                        field("metadata", listMetadata, "1")));
    }

    private static Struct message(String name, List<Field> fields) {
        return new Struct(META + name, List.of(), false, false, () -> fields);
    }

    private static Field field(String name, Schema type, String number) {
        return new Field(
                name, type, false, false, false, Field.Patch.PLAIN, null, List.of(), number, "", Field.Presence.ALWAYS);
    }

    private Struct known(String name) {
        return Objects.requireNonNull(schemas.struct(name), name);
    }

    /** The type of schemas within CustomResourceDefinitions. */
    Struct schema() {
        return known("io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaProps");
    }

    ListOf schemaList() {
        return new ListOf(schema(), ListType.ATOMIC, List.of());
    }

    MessagePlan plan(Struct struct) {
        MessagePlan plan = plans.get(struct);
        return plan != null ? plan : plans.computeIfAbsent(struct, MessagePlan::of);
    }

    private @Nullable Struct struct(String apiVersion, String kind) {
        if (apiVersion.startsWith("meta.k8s.io/")) {
            switch (kind) {
                case "PartialObjectMetadata" -> {
                    return partial;
                }
                case "PartialObjectMetadataList" -> {
                    return partialList;
                }
                default -> {}
            }
        }
        Struct struct = schemas.kind(apiVersion, kind);
        // The options of requests are the same in every group and version.
        return struct == null && kind.endsWith("Options") ? schemas.kind("v1", kind) : struct;
    }

    private MessagePlan plan(String apiVersion, String kind) {
        Struct struct = struct(apiVersion, kind);
        if (struct == null) {
            throw new DecodeException("no kind \"" + kind + "\" is registered for version \"" + apiVersion
                    + "\": it has no protobuf; send and accept application/json");
        }
        return plan(struct);
    }

    /** Whether objects of this kind, or lists of this kind, have a protobuf form. {@code apiVersion} as in objects. */
    public boolean supports(String apiVersion, String kind) {
        return struct(apiVersion, kind) != null;
    }

    private MessageWriter writer(int capacity) {
        return new MessageWriter(this, capacity);
    }

    /**
     * Writes an object or list with its type.
     *
     * @throws DecodeException when its kind has no protobuf
     */
    public byte[] encode(MapValue object) {
        String apiVersion = object.string("apiVersion");
        String kind = object.string("kind");
        MessageWriter writer = writer(2048);
        writer.raw(TAIL);
        int end = writer.position();
        writer.message(object, plan(apiVersion, kind));
        writer.length(2, end);
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

    /** Where in an object that {@link #encode} wrote its message starts, without the type, as it is within a list. */
    public int messageStart(byte[] object) {
        MessageReader reader = new MessageReader(this, object, MAGIC.length, object.length);
        reader.skip(reader.tag());
        return object.length - TAIL.length - reader.length(reader.tag());
    }

    /** Where in an object that {@link #encode} wrote its message ends. */
    public int messageEnd(byte[] object) {
        return object.length - TAIL.length;
    }

    /**
     * The bytes of a list before its items.
     *
     * @param kind the kind of the list, as {@code PodList}
     * @param metadata that of the list
     * @param itemsLength the sum of {@link #itemLength} of all items
     */
    public byte[] listHead(String apiVersion, String kind, MapValue metadata, long itemsLength) {
        MessageWriter writer = writer(256);
        int end = writer.position();
        writer.message(metadata, plan(listMetadata));
        writer.length(1, end);
        writer.varint(writer.size() + itemsLength);
        writer.tag(2, MessageWriter.BYTES);
        type(writer, apiVersion, kind);
        writer.raw(MAGIC);
        return writer.toByteArray();
    }

    /** How long an item of a list is whose message has a length. */
    public static long itemLength(int messageLength) {
        return 1L + MessageWriter.varintSize(messageLength) + messageLength;
    }

    /** The bytes before the message of an item. */
    public byte[] itemHead(int messageLength) {
        MessageWriter writer = writer(6);
        writer.varint(messageLength);
        writer.tag(2, MessageWriter.BYTES);
        return writer.toByteArray();
    }

    /** The bytes after the last item of a list. Nobody may change them. */
    public static byte[] listTail() {
        return TAIL;
    }

    /**
     * The bytes of a frame of a watch before its object, which is its end: the length of the rest, and the type of the event.
     *
     * @param type ADDED, MODIFIED, DELETED, BOOKMARK or ERROR
     * @param objectLength of the object as {@link #encode} wrote it
     */
    public byte[] frameHead(String type, int objectLength) {
        MessageWriter writer = writer(32);
        writer.varint(objectLength);
        writer.tag(1, MessageWriter.BYTES);
        writer.varint((long) writer.size() + objectLength);
        writer.tag(2, MessageWriter.BYTES);
        writer.string(1, type);
        int length = writer.size() + objectLength;
        writer.raw(new byte[] {(byte) (length >> 24), (byte) (length >> 16), (byte) (length >> 8), (byte) length});
        return writer.toByteArray();
    }

    /** Whether bytes start as an object in protobuf does. */
    static boolean is(byte[] bytes) {
        return bytes.length >= 4 && bytes[0] == 'k' && bytes[1] == '8' && bytes[2] == 's' && bytes[3] == 0;
    }

    /**
     * Reads an object with its type.
     *
     * @throws DecodeException when it is not one, or its kind has no protobuf
     */
    public MapValue decode(byte[] bytes) {
        return decode(bytes, "", "");
    }

    /**
     * Reads an object; one that does not say its type is taken to be of the given one.
     *
     * @throws DecodeException when it is not one, or its kind has no protobuf
     */
    public MapValue decode(byte[] bytes, String apiVersion, String kind) {
        if (bytes.length == 0) {
            throw new DecodeException("empty data");
        }
        if (!is(bytes)) {
            throw new DecodeException(
                    "provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]");
        }
        if (bytes.length == MAGIC.length) {
            throw new DecodeException("empty body");
        }
        MessageReader reader = new MessageReader(this, bytes, MAGIC.length, bytes.length);
        String[] type = {"", ""};
        MessageReader message = new MessageReader(this, bytes, 0, 0);
        while (reader.hasNext()) {
            int tag = reader.tag();
            switch (tag >>> 3) {
                case 1 -> readType(reader.nested(tag), type);
                case 2 -> message = reader.nested(tag);
                default -> reader.skip(tag);
            }
        }
        String version = type[0].isEmpty() ? apiVersion : type[0];
        String name = type[1].isEmpty() ? kind : type[1];
        return message.message(plan(version, name), 0)
                .with("apiVersion", version)
                .with("kind", name);
    }

    private static void readType(MessageReader reader, String[] type) {
        while (reader.hasNext()) {
            int tag = reader.tag();
            int number = tag >>> 3;
            if (number == 1 || number == 2) {
                type[number - 1] = reader.string(tag);
            } else {
                reader.skip(tag);
            }
        }
    }
}
