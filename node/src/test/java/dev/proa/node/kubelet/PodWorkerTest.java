package dev.proa.node.kubelet;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.meta.v1.DeleteOptions;
import dev.proa.client.Client;
import dev.proa.client.reconcile.EventRecorder;
import dev.proa.client.supervision.Loop;
import dev.proa.client.supervision.Supervisor;
import dev.proa.node.cri.ContainerRuntime;
import dev.proa.node.cri.ContainerStatus.State;
import dev.proa.node.kubelet.object.ReferencedObjects;
import dev.proa.node.kubelet.pod.PodRuntime;
import dev.proa.node.kubelet.pod.TestPods;
import dev.proa.node.metrics.KubeletMetrics;
import dev.proa.node.simulated.SimulatedRuntime;
import dev.proa.testing.Await;
import dev.proa.testing.FakeTransport;
import dev.proa.testing.SimulatedClock;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
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
    private final KubeletMetrics metrics = new KubeletMetrics("node-1");
    private final Supervisor supervisor = new Supervisor(clock, new Random(1));
    private final ReferencedObjects references =
            new ReferencedObjects(client, supervisor, clock, new SplittableRandom(2), uid -> {});
    private final Set<Thread> killers = ConcurrentHashMap.newKeySet();
    /** Threads that stop a container at this moment, and have not killed it. */
    private final AtomicInteger stopping = new AtomicInteger();

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
        KubeletParts parts = parts(runtime);
        Pod pod = client.resource(Pod.KIND)
                .in("n")
                .create(TestPods.of("{\"nodeName\": \"node-1\", \"terminationGracePeriodSeconds\": 100000,"
                                + " \"containers\": [{\"name\": \"c\","
                                + " \"image\": \"i\", \"readinessProbe\": {\"timeoutSeconds\": 10, \"periodSeconds\": 1,"
                                + " \"failureThreshold\": 2, \"httpGet\": {\"host\": \"127.0.0.1\", \"port\": "
                                + server.getAddress().getPort() + "}}}]}")
                        .withMetadata(
                                TestPods.of("{}").metadata().withAnnotations(Map.of("proa.dev/ignore-term", "true"))));
        PodWorker worker = new PodWorker(parts, pod, new PodRuntime(runtime, List.of(), List.of()), null);
        Loop loop = supervisor.group("pods").run("pod", self -> worker.run());

        passUntil("it is ready", now -> now != null && isReady(now));
        assertThat(new String(metrics.text(), StandardCharsets.UTF_8))
                .contains(
                        "kubelet_started_pods_total 1.0\n",
                        "kubelet_started_containers_total{container_type=\"container\"} 1.0\n",
                        "kubelet_pod_start_duration_seconds_count 1\n",
                        "kubelet_pod_worker_duration_seconds_count{operation_type=\"create\"} 1\n");
        assertThat(new String(metrics.probes().text(), StandardCharsets.UTF_8))
                .contains("probe_type=\"Readiness\",result=\"successful\"} ");
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
        assertThat(loop.join(Duration.ofSeconds(60))).isTrue();
    }

    @Test
    void onlyTheWorkersThreadKillsThePodsContainers() throws Exception {
        Ending ending = endUnwilling();
        ending.worker.gone();
        ending.thread.join();

        assertThat(killers).containsExactly(ending.thread);
        assertThat(runtime.listContainers()).isEmpty();
    }

    @Test
    void aWorkerThatIsStoppedWhileItsPodEndsKillsNothingAfterwards() throws Exception {
        Ending ending = endUnwilling();
        ending.worker.stop();
        ending.thread.join();

        assertThat(stopping)
                .as("threads that wait for the grace period to pass")
                .hasValue(0);
        clock.advance(Duration.ofSeconds(200_000));
        assertThat(runs()).isTrue();
        assertThat(killers).isEmpty();
    }

    /** A worker that waits for its pod's containers to end. */
    private record Ending(PodWorker worker, Thread thread) {}

    private Ending endUnwilling() throws InterruptedException {
        ContainerRuntime watched = watched();
        Pod pod = createUnwilling();
        PodWorker worker = new PodWorker(parts(watched), pod, new PodRuntime(watched, List.of(), List.of()), null);
        Thread thread = Thread.ofVirtual().start(() -> {
            try {
                worker.run();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt(); // stopped
            }
        });
        Await.until("it runs", this::runs);
        client.resource(Pod.KIND).in("n").delete("p", DeleteOptions.EMPTY);
        worker.update(client.resource(Pod.KIND).in("n").get("p"));
        Await.until("it ends", () -> stopping.get() > 0);
        return new Ending(worker, thread);
    }

    /** A pod whose container ignores its stop signal, for a grace period of more than a day. */
    private Pod createUnwilling() {
        return client.resource(Pod.KIND)
                .in("n")
                .create(TestPods.of("{\"nodeName\": \"node-1\", \"terminationGracePeriodSeconds\": 100000,"
                                + " \"containers\": [{\"name\": \"c\", \"image\": \"i\"}]}")
                        .withMetadata(
                                TestPods.of("{}").metadata().withAnnotations(Map.of("proa.dev/ignore-term", "true"))));
    }

    private boolean runs() {
        return runtime.listContainers().stream().anyMatch(container -> container.state() instanceof State.Running);
    }

    /** The runtime, which notes who stops containers and who kills them. */
    private ContainerRuntime watched() {
        return (ContainerRuntime) Proxy.newProxyInstance(
                ContainerRuntime.class.getClassLoader(),
                new Class<?>[] {ContainerRuntime.class},
                (proxy, method, arguments) -> {
                    boolean stops = method.getName().equals("stopContainer");
                    if (stops && arguments[1].equals(Duration.ZERO)) {
                        killers.add(Thread.currentThread());
                    } else if (stops) {
                        stopping.incrementAndGet();
                    }
                    try {
                        return method.invoke(runtime, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    } finally {
                        if (stops && !arguments[1].equals(Duration.ZERO)) {
                            stopping.decrementAndGet();
                        }
                    }
                });
    }

    private KubeletParts parts(ContainerRuntime of) {
        return new KubeletParts(
                client,
                of,
                TestPods.NODE,
                directory,
                supervisor,
                clock,
                new SplittableRandom(3),
                events,
                metrics,
                references,
                List::of,
                uid -> {});
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
