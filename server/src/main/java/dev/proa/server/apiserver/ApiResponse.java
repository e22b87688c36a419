package dev.proa.server.apiserver;

import dev.proa.api.value.MapValue;
import dev.proa.server.store.StoredObject;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The answer to a request that did not fail.
 *
 * @param status of HTTP
 * @param warnings for the user, without the code and quotes of a {@code Warning} header
 */
public record ApiResponse(int status, Body body, List<String> warnings) {

    static ApiResponse ok(Body body) {
        return new ApiResponse(200, body, List.of());
    }

    ApiResponse withBody(Body changed) {
        return new ApiResponse(status, changed, warnings);
    }

    /** What is answered. */
    public sealed interface Body {}

    /**
     * One object.
     *
     * @param stored holds the value's JSON bytes to share; null when the value is not just as stored
     */
    public record One(MapValue value, @Nullable StoredObject stored) implements Body {}

    /**
     * A list of objects.
     *
     * @param kind of the list
     * @param metadata of the list
     */
    public record Many(String apiVersion, String kind, MapValue metadata, List<StoredObject> items) implements Body {}

    /**
     * Anything else. Nobody may change the bytes.
     *
     * @param etag tells this content from any other, so that clients need not fetch it again; empty for none
     */
    public record Text(String contentType, byte[] bytes, String etag) implements Body {
        Text(String contentType, byte[] bytes) {
            this(contentType, bytes, "");
        }
    }

    /** A stream of events, which whoever sends it has to close. */
    public record Events(WatchStream stream) implements Body {}

    /** The request is to be passed on. */
    public record Forward(ForwardTarget target) implements Body {}
}
