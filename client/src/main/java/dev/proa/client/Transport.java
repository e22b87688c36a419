package dev.proa.client;

import dev.proa.api.value.MapValue;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Sends requests to an API server: over HTTPS, or directly within one JVM, where objects are passed by reference. The
 * server treats both alike: same authorization, admission and errors.
 *
 * <p>Methods block and may be called from any (virtual) thread. An error response throws {@code
 * dev.proa.api.status.StatusException}; a server that cannot be reached throws {@link TransportException}.
 */
public interface Transport extends AutoCloseable {

    /** Sends a request and returns the object in the response. */
    MapValue call(Request request);

    /** Starts a watch; returns once the server has accepted it. */
    EventStream watch(Request request);

    @Override
    void close();

    /**
     * A request to the API.
     *
     * @param verb the Kubernetes verb: get, list, watch, create, update, patch, delete, deletecollection
     * @param path from {@code /api} or {@code /apis} on, without query: {@code /apis/apps/v1/namespaces/default/deployments/web}
     * @param query parameters by name, not percent-encoded
     * @param body the request's body, or null
     * @param contentType the media type of a patch; null for JSON
     */
    record Request(
            String verb,
            String path,
            Map<String, String> query,
            @Nullable Object body,
            @Nullable String contentType) {}

    /** The events of a watch. Read by one thread; {@link #close()} may be called from any. */
    interface EventStream extends AutoCloseable {
        /**
         * The next event, or null when the server ended the watch or {@code timeout} passed: {@link #ended()} tells which.
         *
         * @throws TransportException when the connection broke
         */
        @Nullable
        WatchEvent next(Duration timeout) throws InterruptedException;

        boolean ended();

        @Override
        void close();
    }

    /**
     * @param type ADDED, MODIFIED, DELETED, BOOKMARK or ERROR
     * @param object the object, or for ERROR a {@code Status}
     */
    record WatchEvent(String type, MapValue object) {}

    /** The server could not be reached, or its answer could not be read. */
    final class TransportException extends RuntimeException {
        private static final long serialVersionUID = 1;

        public TransportException(String message, @Nullable Throwable cause) {
            super(message, cause);
        }
    }
}
