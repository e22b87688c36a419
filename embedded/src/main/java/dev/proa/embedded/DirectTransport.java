package dev.proa.embedded;

import dev.proa.api.codec.Json;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.client.ErrorResponse;
import dev.proa.client.Transport;
import dev.proa.embedded.aggregator.ExtensionCalls;
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
    private final ClientMetrics metrics;
    private final String component;
    private final ExtensionCalls extensions;
    private final boolean deletesWithoutAdmission;

    /** @param extensions makes the requests that are not this server's to answer */
    DirectTransport(ApiServer server, UserInfo user, ClientMetrics metrics, ExtensionCalls extensions) {
        this(server, user, metrics, extensions, false);
    }

    private DirectTransport(
            ApiServer server,
            UserInfo user,
            ClientMetrics metrics,
            ExtensionCalls extensions,
            boolean deletesWithoutAdmission) {
        this.deletesWithoutAdmission = deletesWithoutAdmission;
        this.extensions = extensions;
        this.server = server;
        this.user = user;
        this.metrics = metrics;
        this.component = component(user.name());
    }

    /** The same, but that admission is not asked about deletions. */
    DirectTransport withoutAdmission() {
        return new DirectTransport(server, user, metrics, extensions, true);
    }

    /** The component that a user stands for, as managed fields name it. */
    private static String component(String user) {
        if (user.startsWith("system:node:")) {
            return "kubelet";
        }
        if (user.equals("system:apiserver")) {
            return "kube-apiserver";
        }
        return user.startsWith("system:kube-") ? user.substring("system:".length()) : "proa";
    }

    @Override
    public MapValue call(Request request) {
        ApiRequest asked = ApiRequest.of(
                        request.verb(),
                        request.path(),
                        Query.of(request.query()),
                        request.body(),
                        request.contentType(),
                        user)
                .from(component);
        long start = System.nanoTime();
        try {
            return value(request, counted(deletesWithoutAdmission ? asked.withoutAdmission() : asked));
        } finally {
            metrics.took(asked.method(), System.nanoTime() - start);
        }
    }

    private ApiResponse counted(ApiRequest asked) {
        int code = ClientMetrics.NO_ANSWER;
        try {
            ApiResponse response = server.handle(asked);
            code = response.status();
            return response;
        } catch (StatusException e) {
            code = e.code();
            throw e;
        } finally {
            metrics.answered(asked.method(), code);
        }
    }

    private MapValue value(Request request, ApiResponse response) {
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
            case ApiResponse.Text text -> {
                if (response.status() >= 400) {
                    throw ErrorResponse.of(response.status(), text.bytes());
                }
                yield Json.decodeMap(text.plain());
            }
            case ApiResponse.Events events -> {
                events.stream().close();
                throw new TransportException(request.path() + " was called and answers with a watch", null);
            }
            case ApiResponse.Delegate delegate -> extensions.call(request, delegate);
            case ApiResponse.Forward forward ->
                throw new TransportException(
                        request.path() + " is answered by a kubelet, which only an HTTPS client can reach", null);
        };
    }

    @Override
    public EventStream watch(Request request) {
        java.util.Map<String, String> query = new java.util.HashMap<>(request.query());
        query.put("watch", "true");
        ApiResponse response = counted(ApiRequest.of("watch", request.path(), Query.of(query), null, null, user));
        if (response.body() instanceof ApiResponse.Delegate delegate) {
            return extensions.watch(request, query, delegate);
        }
        if (response.body() instanceof ApiResponse.Text text && response.status() >= 400) {
            throw ErrorResponse.of(response.status(), text.bytes());
        }
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
