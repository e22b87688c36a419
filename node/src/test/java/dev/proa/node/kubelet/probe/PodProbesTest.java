package dev.proa.node.kubelet.probe;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.proa.api.core.v1.Container;
import dev.proa.api.core.v1.ContainerStatus;
import dev.proa.api.core.v1.Pod;
import dev.proa.client.Client;
import dev.proa.client.reconcile.EventRecorder;
import dev.proa.client.supervision.Supervisor;
import dev.proa.node.kubelet.pod.TestPods;
import dev.proa.node.metrics.ProbeMetrics;
import dev.proa.node.simulated.SimulatedRuntime;
import dev.proa.testing.Await;
import dev.proa.testing.FakeTransport;
import dev.proa.testing.SimulatedClock;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** HTTP probes against a server of the test, with simulated time. */
class PodProbesTest {
    private static final String ID = "id-main";

    private final SimulatedClock clock = new SimulatedClock();
    private final Client client = new Client(new FakeTransport(clock));
    private final EventRecorder events = new EventRecorder(client, clock, "kubelet", "node-1");
    private final AtomicInteger changes = new AtomicInteger();
    /** What the server answers at a path. */
    private final Map<String, Integer> answers = new ConcurrentHashMap<>();
    /** How often it did. */
    private final Map<String, Integer> asked = new ConcurrentHashMap<>();

    private final ProbeMetrics metrics = new ProbeMetrics();
    private final PodProbes probes = new PodProbes(
            new SimulatedRuntime(clock, "10.244.0.0/24", new SplittableRandom(1)),
            new HttpProbes(null),
            events,
            metrics,
            new Supervisor(clock, new Random(1)).group("probes"),
            clock,
            new SplittableRandom(2),
            changes::incrementAndGet);
    private HttpServer server;

    @BeforeEach
    void startServer() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            String path = exchange.getRequestURI().getPath();
            int answer = answers.getOrDefault(path, 200);
            asked.merge(path, 1, Integer::sum);
            exchange.sendResponseHeaders(answer, -1);
            exchange.close();
        });
        server.start();
    }

    @AfterEach
    void stop() {
        probes.close();
        events.close();
        client.close();
        server.stop(0);
    }

    @Test
    void whatHasNoProbesIsWell() {
        watch("{}");

        assertThat(probes.started(ID)).isTrue();
        assertThat(probes.ready(ID)).isTrue();
        assertThat(probes.failure(ID)).isEmpty();
    }

    @Test
    void readinessFollowsThresholds() throws InterruptedException {
        answers.put("/ready", 503);
        watch("{\"readinessProbe\": " + http("/ready", "\"failureThreshold\": 3, \"periodSeconds\": 5") + "}");
        passUntil("it was asked", () -> asked("/ready") > 0);
        assertThat(probes.ready(ID)).isFalse();

        answers.put("/ready", 204);
        passUntil("it is ready", () -> probes.ready(ID));
        answers.put("/ready", 500);
        int before = asked("/ready");
        passUntil("it is not ready", () -> !probes.ready(ID));

        assertThat(asked("/ready") - before).isBetween(3, 4); // one answer may have been on its way
        assertThat(changes).hasValue(2);
        assertThat(probes.failure(ID)).isEmpty();
    }

    /** Only success counts between two probes: the next one is a second later, and one failure would be too many. */
    @Test
    void aPortThatIsOpenedIsNoticedBeforeTheNextProbe() throws Exception {
        int port = server.getAddress().getPort();
        server.stop(0);
        watch("{\"startupProbe\": {\"tcpSocket\": {\"port\": " + port
                + "}, \"periodSeconds\": 600, \"failureThreshold\": 2, \"timeoutSeconds\": 10}}");
        Instant began = clock.instant();
        for (int i = 0; i < 100; i++) {
            clock.advance(Duration.ofMillis(50));
        }
        assertThat(probes.started(ID)).isFalse();
        assertThat(probes.failure(ID)).isEmpty();
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        server.start();
        Await.until("it has started", () -> {
            clock.advance(Duration.ofMillis(50));
            return probes.started(ID);
        });
        assertThat(clock.instant()).isBefore(began.plusSeconds(600));
    }

    @Test
    void startupGoesFirst() throws InterruptedException {
        answers.put("/up", 500);
        watch("{\"startupProbe\": " + http("/up", "\"failureThreshold\": 1000") + ", \"livenessProbe\": "
                + http("/alive", "") + ", \"readinessProbe\": " + http("/ready", "") + "}");
        passUntil("it was asked a few times", () -> asked("/up") > 3);
        assertThat(probes.started(ID)).isFalse();
        assertThat(probes.ready(ID)).isFalse();
        assertThat(asked("/alive") + asked("/ready")).isZero();

        answers.put("/up", 200);
        passUntil("it is ready", () -> probes.ready(ID));
        assertThat(probes.started(ID)).isTrue();
        passUntil("it is asked whether it lives", () -> asked("/alive") > 0);
    }

    @Test
    void livenessFailsAfterItsThreshold() throws InterruptedException {
        watch("{\"livenessProbe\": " + http("/alive", "\"failureThreshold\": 2, \"initialDelaySeconds\": 4") + "}");
        clock.advance(Duration.ofSeconds(1));
        assertThat(asked("/alive")).isZero();
        passUntil("it was asked", () -> asked("/alive") > 0);
        answers.put("/alive", 400);
        passUntil("it has failed", () -> !probes.failure(ID).isEmpty());

        assertThat(probes.failure(ID)).isEqualTo("Container main failed liveness probe");
        assertThat(probes.ready(ID)).isTrue();
        assertThat(changes).hasValue(1);
    }

    @Test
    void startupThatNeverSucceedsFails() throws InterruptedException {
        answers.put("/up", 500);
        watch("{\"startupProbe\": " + http("/up", "\"failureThreshold\": 3") + "}");
        passUntil("it has failed", () -> !probes.failure(ID).isEmpty());

        assertThat(probes.failure(ID)).isEqualTo("Container main failed startup probe");
        assertThat(asked("/up")).isEqualTo(3);
    }

    @Test
    void nothingIsKilledWhileThePodEnds() throws InterruptedException {
        answers.put("/alive", 500);
        watch("{\"livenessProbe\": " + http("/alive", "\"failureThreshold\": 2") + "}");
        probes.stopKilling();
        passUntil("it was asked", () -> asked("/alive") > 1);

        assertThat(probes.failure(ID)).isEmpty();
    }

    @Test
    void endedContainersAreForgotten() throws InterruptedException {
        answers.put("/ready", 500);
        watch("{\"readinessProbe\": " + http("/ready", "") + "}");
        passUntil("it was asked", () -> asked("/ready") > 0);
        probes.keepOnly(Set.of());

        Await.until("nobody waits for the time", () -> clock.waiting() == 0);
        assertThat(probes.ready(ID)).isTrue();
    }

    @Test
    void whatAnEarlierKubeletFoundStandsUntilItFails() throws InterruptedException {
        answers.put("/up", 500);
        answers.put("/ready", 500);
        String settings = "{\"startupProbe\": " + http("/up", "") + ", \"readinessProbe\": "
                + http("/ready", "\"failureThreshold\": 3, \"initialDelaySeconds\": 2") + "}";
        Pod pod = pod(settings);
        watch(pod.withStatus(pod.status()
                .withContainerStatuses(List.of(ContainerStatus.EMPTY
                        .withName("main")
                        .withContainerID("proa-simulated://" + ID)
                        .withStarted(true)
                        .withReady(true)))));
        assertThat(probes.started(ID)).isTrue();
        assertThat(probes.ready(ID)).isTrue();

        passUntil("it is not ready", () -> !probes.ready(ID));
        assertThat(asked("/ready")).isEqualTo(3);
        assertThat(asked("/up")).isZero();
        assertThat(changes).hasValue(1);
    }

    @Test
    void whatAnEarlierContainerWasCountsForNothing() {
        Pod pod = pod("{\"readinessProbe\": " + http("/ready", "\"initialDelaySeconds\": 2") + "}");
        watch(pod.withStatus(pod.status()
                .withContainerStatuses(List.of(ContainerStatus.EMPTY
                        .withName("main")
                        .withContainerID("proa-simulated://id-before")
                        .withReady(true)))));

        assertThat(probes.ready(ID)).isFalse();
    }

    private int asked(String path) {
        return asked.getOrDefault(path, 0);
    }

    /** Lets the time go on, a second at a look, until something has come true. */
    private void passUntil(String what, BooleanSupplier condition) throws InterruptedException {
        Await.until(what, () -> {
            if (condition.getAsBoolean()) {
                return true;
            }
            clock.advance(Duration.ofSeconds(1));
            return false;
        });
    }

    private String http(String path, String more) {
        return "{\"httpGet\": {\"path\": \"" + path + "\", \"port\": "
                + server.getAddress().getPort() + "}, \"timeoutSeconds\": 10" + (more.isEmpty() ? "" : ", " + more)
                + "}";
    }

    private void watch(String settings) {
        watch(pod(settings));
    }

    private static Pod pod(String settings) {
        return TestPods.of("{\"containers\": ["
                + settings.replaceFirst("\\{", "{\"name\": \"main\"" + (settings.equals("{}") ? "" : ", ")) + "]}");
    }

    private void watch(Pod pod) {
        Container container = pod.spec().containers().getFirst();
        probes.watch(
                pod,
                container,
                TestPods.status("main", TestPods.RUNNING),
                server.getAddress().getAddress().getHostAddress());
    }
}
