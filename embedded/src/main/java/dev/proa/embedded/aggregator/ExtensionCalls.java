package dev.proa.embedded.aggregator;

import dev.proa.api.codec.Json;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.MapValue;
import dev.proa.client.ErrorResponse;
import dev.proa.client.HttpRequests;
import dev.proa.client.Transport.EventStream;
import dev.proa.client.Transport.Request;
import dev.proa.http.Blocking;
import dev.proa.server.aggregator.ExtensionClients;
import dev.proa.server.aggregator.ExtensionClients.Answer;
import dev.proa.server.aggregator.ExtensionClients.Question;
import dev.proa.server.aggregator.FrontProxy;
import dev.proa.server.apiserver.ApiResponse.Delegate;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletionException;

/** Requests of clients in this JVM that extension API servers answer, in JSON. Thread-safe. */
public final class ExtensionCalls {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int MOST = 64 << 20;

    private final ExtensionClients clients;

    public ExtensionCalls(ExtensionClients clients) {
        this.clients = clients;
    }

    /**
     * Makes a request and reads its answer.
     *
     * @throws StatusException what the extension server answers instead; 503 when it does not
     */
    public MapValue call(Request request, Delegate delegate) {
        byte[] body = request.body() == null ? new byte[0] : Json.encode(request.body());
        Map<String, String> headers = new TreeMap<>(Map.of("Accept", "application/json", "User-Agent", "proa"));
        if (body.length > 0) {
            headers.put("Content-Type", HttpRequests.contentType(request));
        }
        Question question = new Question(
                HttpMethod.valueOf(HttpRequests.method(request.verb())),
                HttpRequests.uri(request.path(), request.query()),
                headers,
                body);
        Answer answer;
        try {
            answer = clients.ask(delegate.api(), delegate.address(), question, delegate.user(), MOST, PATIENCE);
        } catch (IOException e) {
            throw unreachable(delegate, String.valueOf(e.getMessage()));
        }
        return HttpRequests.answer(answer.status(), answer.body(), "to " + request.path());
    }

    /**
     * Begins a watch.
     *
     * @param query parameters, with {@code watch}
     * @throws StatusException what the extension server answers instead; 503 when it does not
     */
    public EventStream watch(Request request, Map<String, String> query, Delegate delegate) {
        MultiMap user = FrontProxy.headers(delegate.user());
        try {
            HttpClientRequest onward = Blocking.await(
                    clients.request(
                            delegate.api(),
                            delegate.address(),
                            HttpMethod.GET,
                            HttpRequests.uri(request.path(), query)),
                    PATIENCE);
            onward.putHeader("Accept", "application/json").putHeader("User-Agent", "proa");
            onward.headers().addAll(user);
            RemoteWatch watch = new RemoteWatch(onward, request.path());
            HttpClientResponse head = Blocking.await(watch.begin(), PATIENCE);
            if (head.statusCode() >= 400) {
                throw ErrorResponse.of(head.statusCode(), watch.rest(PATIENCE));
            }
            return watch;
        } catch (CompletionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw unreachable(delegate, cause.toString());
        }
    }

    private static StatusException unreachable(Delegate delegate, String why) {
        return StatusException.serviceUnavailable("error trying to reach "
                + delegate.address().host() + ":" + delegate.address().port() + ": " + why);
    }
}
