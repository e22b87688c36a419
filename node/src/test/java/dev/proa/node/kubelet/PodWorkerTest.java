package dev.proa.node.kubelet;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.meta.v1.DeleteOptions;
import dev.proa.client.Client;
import dev.proa.client.clock.SimulatedClock;
import dev.proa.client.fake.Await;
import dev.proa.client.fake.FakeTransport;
import dev.proa.client.reconcile.EventRecorder;
import dev.proa.node.simulated.SimulatedRuntime;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A worker over a simulated runtime, whose pod is probed at a server of the test's. */
class PodWorkerTest {
    private final SimulatedClock clock = new SimulatedClock();
    private final Client client = new Client(new FakeTransport(clock));
    private final EventRecorder events = new EventRecorder(client, clock, "kubelet", "node-1");
    private final SimulatedRuntime runtime = new SimulatedRuntime(clock, "10.244.0.0/24", new SplittableRandom(1));
    private final References references = new References(client, clock, new SplittableRandom(2), uid -> {});
    private final AtomicInteger answer = new AtomicInteger(200);

    @TempDir
    private Path directory;

    private HttpServer server;

    @BeforeEach
    void startServer() throws Exception {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            exchange.sendResponseHeaders(answer.get(), -1);
            exchange.close();
        });
        server.start();
    }

    @AfterEach
    void close() {
        references.close();
        events.close();
        client.close();
        server.stop(0);
    }

    @Test
    void tellsThatAPodIsNotReadyWhileItEnds() throws Exception {
        KubeletParts parts = new KubeletParts(
                client,
                runtime,
                Pods.NODE,
                directory,
                clock,
                new SplittableRandom(3),
                events,
                references,
                List::of,
                uid -> {});
        Pod pod = client.resource(Pod.KIND)
                .in("n")
                .create(Pods.of("{\"nodeName\": \"node-1\", \"terminationGracePeriodSeconds\": 100000,"
                                + " \"containers\": [{\"name\": \"c\","
                                + " \"image\": \"i\", \"readinessProbe\": {\"timeoutSeconds\": 10, \"periodSeconds\": 1,"
                                + " \"failureThreshold\": 2, \"httpGet\": {\"host\": \"127.0.0.1\", \"port\": "
                                + server.getAddress().getPort() + "}}}]}")
                        .withMetadata(
                                Pods.of("{}").metadata().withAnnotations(Map.of("proa.dev/ignore-term", "true"))));
        PodWorker worker = new PodWorker(parts, pod, new PodRuntime(runtime, List.of(), List.of()), null);
        Thread thread = Thread.ofVirtual().start(worker);

        passUntil("it is ready", now -> now != null && isReady(now));
        client.resource(Pod.KIND).in("n").delete("p", DeleteOptions.EMPTY);
        worker.update(client.resource(Pod.KIND).in("n").get("p"));
        answer.set(503);
        passUntil("it is not ready", now -> now != null && !isReady(now));
        Pod ending = client.resource(Pod.KIND).in("n").get("p");
        assertThat(ending.isDeleting()).isTrue();
        assertThat(ending.status().containerStatuses().getFirst().state().hasRunning())
                .isTrue();
        answer.set(200);
        passUntil("it is ready again", now -> now != null && isReady(now));

        clock.advance(Duration.ofSeconds(100_000));
        passUntil("it is gone", now -> now == null);
        thread.join();
    }

    private static boolean isReady(Pod pod) {
        return pod.status().conditions().stream()
                .anyMatch(condition ->
                        condition.type().equals("Ready") && condition.status().equals("True"));
    }

    /** Lets the time go on, a second at a look, until the pod is as it should be. */
    private void passUntil(String what, Predicate<@Nullable Pod> condition) throws InterruptedException {
        Await.until(what, () -> {
            if (condition.test(client.resource(Pod.KIND).in("n").find("p"))) {
                return true;
            }
            clock.advance(Duration.ofSeconds(1));
            return false;
        });
    }
}
