package dev.proa.server.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proa.server.apiserver.ForwardTarget;
import io.vertx.core.Promise;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/** Against a connection that is made when nobody waits any more. */
class KubeletReaderTest {
    private final List<String> called = new CopyOnWriteArrayList<>();
    private final Promise<HttpClientRequest> connected = Promise.promise();
    private final Promise<HttpClientResponse> answered = Promise.promise();

    private final HttpClient client = (HttpClient) Proxy.newProxyInstance(
            HttpClient.class.getClassLoader(),
            new Class<?>[] {HttpClient.class},
            (proxy, method, arguments) -> connected.future());

    private final HttpClientRequest request = (HttpClientRequest) Proxy.newProxyInstance(
            HttpClientRequest.class.getClassLoader(),
            new Class<?>[] {HttpClientRequest.class},
            (proxy, method, arguments) -> {
                called.add(method.getName());
                return switch (method.getName()) {
                    case "response" -> answered.future();
                    case "exceptionHandler" -> proxy;
                    default -> null;
                };
            });

    @Test
    void resetsARequestThatComesTooLate() {
        ForwardTarget kubelet = new ForwardTarget(true, "", "127.0.0.1", 10250, "/metrics/resource", "");
        assertThatThrownBy(() -> new KubeletReader(() -> client).read(kubelet, 1, Duration.ofMillis(1)))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("error trying to reach 127.0.0.1:10250");
        assertThat(called).isEmpty();
        connected.complete(request);
        assertThat(called).contains("reset");
    }
}
