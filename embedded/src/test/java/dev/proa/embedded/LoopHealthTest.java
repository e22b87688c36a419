package dev.proa.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proa.api.status.StatusException;
import dev.proa.client.Transport.Request;
import dev.proa.client.http.HttpTransport;
import dev.proa.client.supervision.Loop;
import dev.proa.testing.Await;
import dev.proa.testing.SimulatedClock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** Health checks and metrics show the background loops of the JVM. */
class LoopHealthTest {
    private final SimulatedClock clock = new SimulatedClock(Instant.now()); // certificates are checked by the real time

    @Test
    void aLoopThatKeepsFailingFailsItsCheck() throws Exception {
        AtomicBoolean broken = new AtomicBoolean(true);
        ApiServerConfig config = ApiServerConfig.inMemory(clock).listeningOn("127.0.0.1", 0);
        try (EmbeddedApiServer server = EmbeddedApiServer.start(config);
                HttpTransport http = new HttpTransport(server.administrator())) {
            server.supervisor().group("proxy").every(Duration.ofSeconds(1), "rules", self -> {
                if (broken.get()) {
                    throw new IllegalStateException("no netlink");
                }
            });
            for (String path : new String[] {"/healthz", "/livez", "/readyz", "/livez/loops/proxy"}) {
                assertThat(get(http, path)).isEqualTo("ok");
            }
            assertThat(get(http, "/livez?verbose")).contains("[+]loops/store ok\n", "[+]loops/proxy ok\n");

            Await.until("the check fails", () -> {
                clock.advance(Duration.ofSeconds(1));
                return server.supervisor().group("proxy").problem() != null;
            });
            for (String path : new String[] {"/healthz", "/livez", "/readyz"}) {
                assertThatThrownBy(() -> get(http, path))
                        .isInstanceOfSatisfying(
                                StatusException.class, e -> assertThat(e.code()).isEqualTo(500))
                        .hasMessageContaining("[-]loops/proxy failed: reason withheld\n")
                        .hasMessageContaining("[+]loops/store ok\n");
            }
            assertThat(get(http, "/livez?exclude=loops/proxy")).isEqualTo("ok");
            assertThatThrownBy(() -> get(http, "/livez/loops/proxy"))
                    .hasMessageMatching("internal server error: rules has failed since \\S+: no netlink");
            assertThat(metric(http, "proa_loops{group=\"proxy\",state=\"failing\"}"))
                    .isEqualTo(1);
            assertThat(metric(http, "proa_loop_failures_total{group=\"proxy\"}"))
                    .isGreaterThan(3);

            broken.set(false);
            Await.until("the check passes", () -> {
                clock.advance(Loop.PATIENCE);
                return server.supervisor().group("proxy").problem() == null;
            });
            assertThat(get(http, "/livez")).isEqualTo("ok");
            assertThat(metric(http, "proa_loop_last_success_timestamp_seconds{group=\"proxy\"}"))
                    .isPositive();
        }
    }

    private static String get(HttpTransport http, String path) {
        int question = path.indexOf('?');
        if (question < 0) {
            return http.text(new Request("get", path, Map.of(), null, null));
        }
        String[] parameter = path.substring(question + 1).split("=", 2);
        return http.text(new Request(
                "get",
                path.substring(0, question),
                Map.of(parameter[0], parameter.length == 1 ? "" : parameter[1]),
                null,
                null));
    }

    private static double metric(HttpTransport http, String name) {
        return get(http, "/metrics")
                .lines()
                .filter(line -> line.startsWith(name + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(name.length() + 1)))
                .findFirst()
                .orElseThrow(() -> new AssertionError("there is no " + name));
    }
}
