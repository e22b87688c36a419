package dev.proa.cluster;

import dev.proa.api.codec.Json;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.client.Transport;
import dev.proa.server.apiserver.ApiRequest;
import dev.proa.server.apiserver.ApiResponse;
import dev.proa.server.apiserver.ApiServer;
import dev.proa.server.apiserver.Query;
import dev.proa.server.apiserver.WatchStream;
import dev.proa.server.auth.UserInfo;
import dev.proa.server.store.StoredObject;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A transport to an API server in the same JVM: the same pipeline as over HTTPS, as a given user, with objects passed
 * by reference. Thread-safe.
 */
public final class DirectTransport implements Transport {
    private final ApiServer server;
    private final UserInfo user;

    public DirectTransport(ApiServer server, UserInfo user) {
        this.server = server;
        this.user = user;
    }

    @Override
    public MapValue call(Request request) {
        ApiResponse response = server.handle(ApiRequest.of(
                request.verb(),
                request.path(),
                Query.of(request.query()),
                request.body(),
                request.contentType(),
                user));
        return switch (response.body()) {
            case ApiResponse.One one -> one.value();
            case ApiResponse.Many many ->
                MapValue.of(
                        "apiVersion", many.apiVersion(),
                        "kind", many.kind(),
                        "metadata", many.metadata(),
                        "items",
                                ListValue.copyOf(many.items().stream()
                                        .map(StoredObject::value)
                                        .toList()));
            case ApiResponse.Text text -> Json.decodeMap(text.bytes());
            case ApiResponse.Events events -> {
                events.stream().close();
                throw new TransportException(request.path() + " was called and answers with a watch", null);
            }
            case ApiResponse.Forward forward ->
                throw new TransportException(
                        request.path() + " is answered by a kubelet, which only an HTTPS client can reach", null);
        };
    }

    @Override
    public EventStream watch(Request request) {
        java.util.Map<String, String> query = new java.util.HashMap<>(request.query());
        query.put("watch", "true");
        ApiResponse response = server.handle(ApiRequest.of("watch", request.path(), Query.of(query), null, null, user));
        if (response.body() instanceof ApiResponse.Events events) {
            return new Stream(events.stream());
        }
        throw new TransportException(request.path() + " does not answer with a watch", null);
    }

    @Override
    public void close() {
        // nothing to close: the server belongs to the cluster
    }

    private static final class Stream implements EventStream {
        private final WatchStream stream;
        private final Deque<WatchStream.Event> pending = new ArrayDeque<>();

        Stream(WatchStream stream) {
            this.stream = stream;
        }

        @Override
        public @Nullable WatchEvent next(Duration timeout) throws InterruptedException {
            if (pending.isEmpty()) {
                List<WatchStream.Event> events = stream.next(timeout);
                pending.addAll(events);
            }
            WatchStream.Event event = pending.poll();
            return event == null ? null : new WatchEvent(event.type(), event.object());
        }

        @Override
        public boolean ended() {
            return pending.isEmpty() && stream.ended();
        }

        @Override
        public void close() {
            stream.close();
        }
    }
}
