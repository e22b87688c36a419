package dev.proa.server.encoding;

import dev.proa.api.protobuf.Protobuf;
import dev.proa.api.value.MapValue;
import dev.proa.server.store.StoredObject;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** {@code application/vnd.kubernetes.protobuf}; the events of a watch are messages with their length before them. */
public final class ProtobufEncoding implements Encoding {
    private static final byte[] NOTHING = new byte[0];

    private final Protobuf protobuf;

    public ProtobufEncoding(Protobuf protobuf) {
        this.protobuf = protobuf;
    }

    @Override
    public String mediaType() {
        return Protobuf.MEDIA_TYPE;
    }

    @Override
    public String watchMediaType() {
        return Protobuf.MEDIA_TYPE + ";stream=watch";
    }

    @Override
    public byte[] object(MapValue value) {
        return protobuf.encode(value);
    }

    @Override
    public byte[] object(StoredObject object) {
        return object.protobuf(protobuf::encode);
    }

    @Override
    public Content list(String apiVersion, String kind, MapValue metadata, List<StoredObject> items) {
        long length = 0;
        for (StoredObject item : items) {
            length += Protobuf.itemLength(messageLength(object(item)));
        }
        byte[] head = protobuf.listHead(apiVersion, kind, metadata, length);
        return new ListContent(head, items, head.length + length + Protobuf.listTail().length);
    }

    private int messageLength(byte[] object) {
        return protobuf.messageEnd(object) - protobuf.messageStart(object);
    }

    private final class ListContent implements Content {
        private final byte[] head;
        private final List<StoredObject> items;
        private final long length;

        ListContent(byte[] head, List<StoredObject> items, long length) {
            this.head = head;
            this.items = items;
            this.length = length;
        }

        @Override
        public long length() {
            return length;
        }

        @Override
        public void writeTo(Sink sink) {
            sink.write(head);
            for (StoredObject item : items) {
                byte[] object = object(item);
                int start = protobuf.messageStart(object);
                int end = protobuf.messageEnd(object);
                sink.write(protobuf.itemHead(end - start));
                if (!sink.write(object, start, end)) {
                    return;
                }
            }
            sink.write(Protobuf.listTail());
        }
    }

    @Override
    public byte[] frameHead(String type, byte[] object) {
        return protobuf.frameHead(type, object.length);
    }

    @Override
    public byte[] frameTail() {
        return NOTHING;
    }

    @Override
    public int frameDelimiter() {
        return Integer.BYTES;
    }

    /** Of a message nobody can tell which names were there twice. */
    @Override
    public @Nullable Object decode(
            byte[] bytes, String apiVersion, String kind, @Nullable Consumer<String> duplicates) {
        return protobuf.decode(bytes, apiVersion, kind);
    }
}
