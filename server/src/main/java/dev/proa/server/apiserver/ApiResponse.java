package dev.proa.server.apiserver;

import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.server.aggregator.RemoteApi;
import dev.proa.server.auth.UserInfo;
import dev.proa.server.discovery.Gzip;
import dev.proa.server.encoding.Encoding;
import dev.proa.server.encoding.JsonEncoding;
import dev.proa.server.store.StoredObject;
import dev.proa.server.webhook.ServiceResolver;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The answer to a request that did not fail.
 *
 * @param status of HTTP
 * @param warnings for the user, without the code and quotes of a {@code Warning} header
 * @param encoding how objects, lists and events are written
 */
public record ApiResponse(int status, Body body, List<String> warnings, Encoding encoding) {
    ApiResponse(int status, Body body, List<String> warnings) {
        this(status, body, warnings, JsonEncoding.INSTANCE);
    }

    static ApiResponse ok(Body body) {
        return new ApiResponse(200, body, List.of());
    }

    ApiResponse withBody(Body changed) {
        return new ApiResponse(status, changed, warnings, encoding);
    }

    ApiResponse encodedBy(Encoding chosen) {
        return new ApiResponse(status, body, warnings, chosen);
    }

    /** The body of a response. */
    public sealed interface Body {}

    /**
     * One object.
     *
     * @param stored shares the encoded value; null when the value is not just as stored
     */
    public record One(MapValue value, @Nullable StoredObject stored) implements Body {}

    /**
     * A list of objects.
     *
     * @param kind of the list
     * @param metadata of the list
     */
    public record Many(String apiVersion, String kind, MapValue metadata, List<StoredObject> items) implements Body {
        /** The list as an object. */
        MapValue value() {
            return MapValue.of(
                    "apiVersion",
                    apiVersion,
                    "items",
                    ListValue.copyOf(items.stream().map(StoredObject::value).toList()),
                    "kind",
                    kind,
                    "metadata",
                    metadata);
        }
    }

    /**
     * Any other content. The bytes must not be changed.
     *
     * @param etag the entity tag; empty for none
     * @param compressed whether the bytes are compressed by gzip
     */
    public record Text(String contentType, byte[] bytes, String etag, boolean compressed) implements Body {
        Text(String contentType, byte[] bytes) {
            this(contentType, bytes, "", false);
        }

        /** The bytes without any compression. */
        public byte[] plain() {
            return compressed ? Gzip.plain(bytes) : bytes;
        }
    }

    /** The events of a watch. The sender closes the stream. */
    public record Events(WatchStream stream) implements Body {}

    /** The request is to be forwarded. */
    public record Forward(ForwardTarget target) implements Body {}

    /**
     * The request is to be passed on, as it came, to an extension API server.
     *
     * @param address where the server is reached now
     * @param user for whom it is made
     */
    public record Delegate(RemoteApi api, ServiceResolver.Address address, UserInfo user) implements Body {}
}
