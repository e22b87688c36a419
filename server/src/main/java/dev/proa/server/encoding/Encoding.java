package dev.proa.server.encoding;

import dev.proa.api.codec.DecodeException;
import dev.proa.api.value.MapValue;
import dev.proa.server.store.StoredObject;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One of the forms in which requests and answers carry objects. Safe for any thread. Nobody may change the arrays it gives. */
public sealed interface Encoding permits JsonEncoding, YamlEncoding, ProtobufEncoding {
    /** The media type of objects and lists. */
    String mediaType();

    /**
     * The media type of a watch.
     *
     * @throws IllegalStateException when it has no frames; negotiation refuses such watches
     */
    String watchMediaType();

    /** An object with its type. */
    byte[] object(MapValue value);

    /** The same for a stored object, whose bytes are shared by all who send it. */
    byte[] object(StoredObject object);

    /**
     * A list.
     *
     * @param kind of the list
     * @param metadata of the list
     */
    Content list(String apiVersion, String kind, MapValue metadata, List<StoredObject> items);

    /**
     * What comes before the object of an event in a watch.
     *
     * @param type ADDED, MODIFIED, DELETED, BOOKMARK or ERROR
     * @param object as {@link #object} wrote it
     */
    byte[] frameHead(String type, byte[] object);

    /** What comes after the object of an event in a watch. */
    byte[] frameTail();

    /** The number of bytes at the start of {@link #frameHead} that only tell where the frame ends; a message of a WebSocket goes without them. */
    int frameDelimiter();

    /**
     * Reads the body of a request.
     *
     * @param apiVersion of the object, if it does not say so itself and this encoding needs to know
     * @param kind likewise
     * @param duplicates gets the path of each name that is there twice, or what YAML says of it; null when nobody asks
     * @throws DecodeException when it is not what it should be; the message is that of Kubernetes
     */
    @Nullable
    Object decode(byte[] bytes, String apiVersion, String kind, @Nullable Consumer<String> duplicates);

    /** A body of known length that is written piece by piece. */
    interface Content {
        long length();

        void writeTo(Sink sink);
    }

    /** Where a body is written to. */
    @FunctionalInterface
    interface Sink {
        /** Takes a part of an array, which nobody may change any more. False when nobody needs the rest. */
        boolean write(byte[] bytes, int from, int to);

        default boolean write(byte[] bytes) {
            return write(bytes, 0, bytes.length);
        }
    }
}
