package dev.proa.server.store;

import dev.proa.api.codec.Json;
import dev.proa.api.value.MapValue;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One revision of one object. Immutable; its bytes in JSON and in protobuf are each made once, by the first who asks, and shared by all.
 * When the revision has long been replaced they are dropped, and made again should somebody still ask.
 */
public final class StoredObject {
    private final Key key;
    private final MapValue value;
    private final long createRevision;
    private final long revision;
    private volatile byte @Nullable [] json;
    private volatile byte @Nullable [] protobuf;
    /** For whom the value needs no change. Only compared, so that no order of memory is needed. */
    private @Nullable Reader reader;

    /**
     * Stands for somebody who reads objects always in the same way. It is nothing by itself, so that an object which nobody reads any more
     * keeps no rules and schemas of long ago.
     */
    public static final class Reader {}

    /**
     * @param value carries {@code revision} as its {@code metadata.resourceVersion}
     * @param createRevision the revision that created the object
     * @param revision the revision of this state
     */
    public StoredObject(Key key, MapValue value, long createRevision, long revision) {
        this(key, value, createRevision, revision, null);
    }

    /** With the bytes already made; null when nobody has asked for them yet. */
    StoredObject(Key key, MapValue value, long createRevision, long revision, byte @Nullable [] json) {
        this.key = key;
        this.value = value;
        this.createRevision = createRevision;
        this.revision = revision;
        this.json = json;
    }

    public Key key() {
        return key;
    }

    public MapValue value() {
        return value;
    }

    public long createRevision() {
        return createRevision;
    }

    public long revision() {
        return revision;
    }

    /** The value as JSON. Nobody may change the array. */
    public byte[] json() {
        byte[] bytes = json;
        if (bytes == null) {
            bytes = Json.encode(value);
            json = bytes;
        }
        return bytes;
    }

    /**
     * The value as protobuf, with its type. Nobody may change the array.
     *
     * @param encoder writes it, if nobody has yet; the same for all
     */
    public byte[] protobuf(Function<MapValue, byte[]> encoder) {
        byte[] bytes = protobuf;
        if (bytes == null) {
            bytes = encoder.apply(value);
            protobuf = bytes;
        }
        return bytes;
    }

    /** Whether a reader has said by {@link #leftAsItIsBy} that the value needs no change. */
    public boolean isAsItIsFor(Reader known) {
        return reader == known;
    }

    /** Remembers that {@code known}, which reads objects always in the same way, has nothing to change in the value. */
    public void leftAsItIsBy(Reader known) {
        reader = known;
    }

    /** Drops the bytes, and who has read them: the value has everything that is in them. */
    void forgetBytes() {
        json = null;
        protobuf = null;
        reader = null;
    }

    @Override
    public String toString() {
        return key + "@" + revision;
    }
}
