package dev.proa.node.kubelet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.codec.Json;
import dev.proa.api.core.v1.ContainerStatus;
import dev.proa.api.core.v1.Event;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.core.v1.PodCondition;
import dev.proa.api.value.MapValue;
import dev.proa.client.Client;
import dev.proa.client.reconcile.EventRecorder;
import dev.proa.client.supervision.Loop;
import dev.proa.client.supervision.Supervisor;
import dev.proa.node.cri.ContainerRuntime.Resources;
import dev.proa.node.kubelet.object.ReferencedObjects;
import dev.proa.node.kubelet.pod.PodRuntime;
import dev.proa.node.kubelet.pod.TestPods;
import dev.proa.node.kubelet.resource.Allocations;
import dev.proa.node.kubelet.resource.PodAllocation;
import dev.proa.node.metrics.KubeletMetrics;
import dev.proa.node.simulated.SimulatedRuntime;
import dev.proa.testing.Await;
import dev.proa.testing.FakeTransport;
import dev.proa.testing.SimulatedClock;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** TestPods whose resources change while they run, on a node with 4 processors and 8 GiB. */
class PodResizeTest {
    private final SimulatedClock clock = new SimulatedClock();
    private final Client client = new Client(new FakeTransport(clock));
    private final EventRecorder events = new EventRecorder(client, clock, "kubelet", "node-1");
    private final SimulatedRuntime runtime = new SimulatedRuntime(clock, "10.244.0.0/24", new SplittableRandom(1));
    private final Supervisor supervisor = new Supervisor(clock, new Random(1));
    private final ReferencedObjects references =
            new ReferencedObjects(client, supervisor, clock, new SplittableRandom(2), uid -> {});
    private final List<Loop> loops = new ArrayList<>();
    private final Map<String, PodWorker> workers = new HashMap<>();

    @TempDir
    private Path directory;

    private @Nullable KubeletParts parts;

    @AfterEach
    void close() throws Exception {
        workers.values().forEach(PodWorker::stop);
        for (Loop loop : loops) {
            assertThat(loop.join(Duration.ofSeconds(60))).isTrue();
        }
        references.close();
        events.close();
        client.close();
    }

    private KubeletParts parts() {
        if (parts == null) {
            parts = new KubeletParts(
                    client,
                    runtime,
                    TestPods.NODE,
                    directory,
                    supervisor,
                    clock,
                    new SplittableRandom(3),
                    events,
                    new KubeletMetrics("node-1"),
                    references,
                    List::of,
                    uid -> {});
        }
        return parts;
    }

    private static String container(String name, String requests, String limits, String more) {
        return "{\"name\": \"" + name + "\", \"image\": \"i\", \"resources\": {\"requests\": {" + requests
                + "}, \"limits\": {" + limits + "}}" + more + "}";
    }

    private static String spec(String... containers) {
        return "{\"nodeName\": \"node-1\", \"containers\": [" + String.join(",", containers) + "]}";
    }

    private void run(String name, String spec, Map<String, String> annotations) throws Exception {
        Pod pod = TestPods.of(spec);
        pod = pod.withMetadata(
                pod.metadata().withName(name).withUid("u-" + name).withAnnotations(annotations));
        follow(client.resource(Pod.KIND).in("n").create(pod));
        await(
                name,
                "it runs",
                now -> now.status().phase().equals("Running")
                        && now.status().containerStatuses().stream().allMatch(ContainerStatus::ready));
    }

    private void follow(Pod pod) {
        PodWorker worker = new PodWorker(parts(), pod, new PodRuntime(runtime, List.of(), List.of()), null);
        workers.put(pod.name(), worker);
        loops.add(supervisor.group("pods").run("pod", self -> worker.run()));
    }

    /** As the subresource does it. */
    private void resize(String name, String spec) {
        Pod pod = client.resource(Pod.KIND).in("n").get(name);
        MapValue changed = pod.value()
                .with("spec", Json.decodeMap(spec))
                .withMap("metadata", meta -> meta.with("generation", meta.integer("generation", 0) + 1));
        workers.get(name).update(client.resource(Pod.KIND).in("n").update(new Pod(changed)));
    }

    private Pod await(String name, String what, Predicate<Pod> condition) throws InterruptedException {
        Await.until(what, () -> {
            Pod now = client.resource(Pod.KIND).in("n").get(name);
            if (!condition.test(now)) {
                clock.advance(Duration.ofSeconds(1));
                return false;
            }
            return true;
        });
        return client.resource(Pod.KIND).in("n").get(name);
    }

    private static @Nullable PodCondition condition(Pod pod, String type) {
        return pod.status().conditions().stream()
                .filter(condition -> condition.type().equals(type))
                .findFirst()
                .orElse(null);
    }

    private static boolean settled(Pod pod) {
        return pod.status().observedGeneration() == pod.metadata().generation()
                && condition(pod, "PodResizePending") == null
                && condition(pod, "PodResizeInProgress") == null;
    }

    private Resources resources(String container) {
        return runtime.listContainers().stream()
                .filter(status -> status.config().name().equals(container)
                        && status.state() instanceof dev.proa.node.cri.ContainerStatus.State.Running)
                .findFirst()
                .orElseThrow()
                .config()
                .resources();
    }

    private List<String> events() {
        return client.resource(Event.KIND).in("n").list().stream()
                .filter(event -> event.reason().startsWith("Resize"))
                .map(event -> event.reason() + " " + event.message())
                .toList();
    }

    @Test
    void runningContainersGetWhatTheyAreGiven() throws Exception {
        run("p", spec(container("c", "\"cpu\": \"100m\"", "\"memory\": \"64Mi\"", "")), Map.of());
        Pod before = client.resource(Pod.KIND).in("n").get("p");
        assertThat(Json.toString(before.status()
                        .containerStatuses()
                        .getFirst()
                        .resources()
                        .value()))
                .isEqualTo("{\"limits\":{\"memory\":\"64Mi\"},\"requests\":{\"cpu\":\"100m\"}}");
        assertThat(Json.toString(before.status().value().get("allocatedResources")))
                .isEqualTo("{\"cpu\":\"100m\"}");

        resize("p", spec(container("c", "\"cpu\": \"500m\"", "\"memory\": \"128Mi\"", "")));
        Pod after = await("p", "it is resized", PodResizeTest::settled);

        assertThat(resources("c").cpuShares()).isEqualTo(512);
        assertThat(resources("c").memoryLimitBytes()).isEqualTo(128 << 20);
        assertThat(runtime.listPodSandboxes().getFirst().config().resources().memoryLimitBytes())
                .isEqualTo(128 << 20);
        ContainerStatus status = after.status().containerStatuses().getFirst();
        assertThat(status.restartCount()).isZero();
        assertThat(Json.toString(status.resources().value()))
                .isEqualTo("{\"limits\":{\"memory\":\"128Mi\"},\"requests\":{\"cpu\":\"500m\"}}");
        assertThat(Json.toString(status.value().get("allocatedResources"))).isEqualTo("{\"cpu\":\"500m\"}");
        String resources = "{\"containers\":[{\"name\":\"c\",\"resources\":{\"limits\":{\"memory\":\"128Mi\"},"
                + "\"requests\":{\"cpu\":\"500m\"}}}],\"generation\":2}";
        Await.until("events are there", () -> events().size() == 2);
        assertThat(events())
                .containsExactlyInAnyOrder(
                        "ResizeStarted Pod resize started: " + resources,
                        "ResizeCompleted Pod resize completed: " + resources);
    }

    @Test
    void containersThatWantItAreRestarted() throws Exception {
        String policy = ", \"resizePolicy\": [{\"resourceName\": \"memory\", \"restartPolicy\": \"RestartContainer\"}]";
        run(
                "p",
                spec(
                        container("c", "", "\"memory\": \"64Mi\"", policy),
                        container("d", "", "\"memory\": \"64Mi\"", "")),
                Map.of());
        resize(
                "p",
                spec(
                        container("c", "", "\"memory\": \"96Mi\"", policy),
                        container("d", "", "\"memory\": \"96Mi\"", "")));
        Pod after = await(
                "p",
                "it is resized",
                now -> settled(now)
                        && now.status().containerStatuses().getFirst().restartCount() == 1);
        assertThat(after.status().containerStatuses().getLast().restartCount()).isZero();
        assertThat(resources("c").memoryLimitBytes()).isEqualTo(96 << 20);
        assertThat(resources("d").memoryLimitBytes()).isEqualTo(96 << 20);
    }

    @Test
    void whatTheNodeHasNoRoomForWaitsUntilThereIs() throws Exception {
        run("big", spec(container("c", "\"cpu\": \"3\"", "", "")), Map.of());
        run("p", spec(container("d", "\"cpu\": \"500m\"", "", "")), Map.of());
        resize("p", spec(container("d", "\"cpu\": \"2\"", "", "")));
        Pod waiting = await("p", "it waits", now -> condition(now, "PodResizePending") != null);
        PodCondition pending = java.util.Objects.requireNonNull(condition(waiting, "PodResizePending"));
        assertThat(pending.status()).isEqualTo("True");
        assertThat(pending.reason()).isEqualTo("Deferred");
        assertThat(pending.message())
                .isEqualTo("Node didn't have enough resource: cpu, requested: 2000, used: 3000, capacity: 4000");
        assertThat(pending.observedGeneration()).isEqualTo(2);
        assertThat(waiting.status().observedGeneration()).isEqualTo(2);
        assertThat(Json.toString(
                        waiting.status().containerStatuses().getFirst().value().get("allocatedResources")))
                .isEqualTo("{\"cpu\":\"500m\"}");

        resize("big", spec(container("c", "\"cpu\": \"1\"", "", "")));
        await("big", "it is resized", PodResizeTest::settled);
        await("p", "it is resized", PodResizeTest::settled);
        assertThat(resources("d").cpuShares()).isEqualTo(2048);
    }

    @Test
    void noContainerGetsLessMemoryThanItUses() throws Exception {
        run("p", spec(container("c", "", "\"memory\": \"64Mi\"", "")), Map.of("kwok.x-k8s.io/usage-memory", "40Mi"));
        resize("p", spec(container("c", "", "\"memory\": \"32Mi\"", "")));
        Pod failing = await(
                "p",
                "it fails",
                now -> condition(now, "PodResizeInProgress") instanceof PodCondition c
                        && c.reason().equals("Error"));
        String why = java.util.Objects.requireNonNull(condition(failing, "PodResizeInProgress"))
                .message();
        assertThat(why)
                .isEqualTo("cannot decrease memory limits: [attempting to set pod memory limit (33554432) below current"
                        + " usage (41943040), attempting to set container \"c\" memory limit (33554432) below current"
                        + " usage (41943040)]");
        assertThat(resources("c").memoryLimitBytes()).isEqualTo(64 << 20);
        assertThat(Json.toString(failing.status()
                        .containerStatuses()
                        .getFirst()
                        .resources()
                        .value()))
                .contains("64Mi");

        resize("p", spec(container("c", "", "\"memory\": \"64Mi\"", "")));
        await("p", "all is as before", PodResizeTest::settled);
    }

    @Test
    void whatAPodWasGivenIsKnownAfterARestart() throws Exception {
        Pod pod = TestPods.of(spec(container("c", "\"cpu\": \"1\"", "", "")));
        Pod larger = TestPods.of(spec(container("c", "\"cpu\": \"5\"", "", "")));
        allocations().admit(pod, () -> {});

        Allocations second = allocations();
        second.pause();
        PodAllocation found = second.admit(larger, () -> {});
        assertThat(second.settle(found, larger)).isEqualTo(pod);
        assertThat(second.conditions(found)).isEmpty();
        second.resume();
        assertThat(second.settle(found, larger)).isEqualTo(pod);
        assertThat(second.conditions(found).getFirst().message()).contains("requested: 5000, used: 0, capacity: 4000");
    }

    private Allocations allocations() {
        return new Allocations(TestPods.NODE.allocatable(), clock, events, directory::resolve);
    }
}
