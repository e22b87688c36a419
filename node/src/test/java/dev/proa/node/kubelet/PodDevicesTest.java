package dev.proa.node.kubelet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.codec.Json;
import dev.proa.api.core.v1.Event;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.meta.v1.DeleteOptions;
import dev.proa.api.resource.v1.ResourceClaim;
import dev.proa.client.Client;
import dev.proa.client.clock.Clock;
import dev.proa.client.reconcile.EventRecorder;
import dev.proa.client.supervision.Loop;
import dev.proa.client.supervision.Supervisor;
import dev.proa.node.cri.ContainerStatus;
import dev.proa.node.kubelet.device.TestDriver;
import dev.proa.node.kubelet.object.ReferencedObjects;
import dev.proa.node.kubelet.plugin.PluginWatcher;
import dev.proa.node.kubelet.pod.TestPods;
import dev.proa.node.metrics.KubeletMetrics;
import dev.proa.node.sandbox.SandboxFixture;
import dev.proa.testing.Await;
import dev.proa.testing.FakeTransport;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A pod with a device, from the driver's absence to the pod's end, over two kubelets. */
class PodDevicesTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Clock clock = Clock.system();
    private final Client client = new Client(new FakeTransport(clock));
    private final EventRecorder events = new EventRecorder(client, clock, "kubelet", "node-1");
    private final Supervisor supervisor = new Supervisor(clock, new Random(1));
    private final ReferencedObjects references =
            new ReferencedObjects(client, supervisor, clock, new SplittableRandom(2), uid -> {});

    @TempDir
    private Path temporary;

    private SandboxFixture fixture;

    @BeforeEach
    void open() throws IOException {
        fixture = new SandboxFixture();
    }

    @AfterEach
    void close() throws IOException {
        references.close();
        events.close();
        client.close();
        if (fixture != null) {
            fixture.close();
        }
    }

    private KubeletParts parts() {
        return new KubeletParts(
                client,
                fixture.runtime(),
                TestPods.NODE,
                temporary,
                supervisor,
                clock,
                new SplittableRandom(3),
                events,
                new KubeletMetrics("node-1"),
                references,
                List::of,
                uid -> {});
    }

    private static PluginWatcher watcher(KubeletParts parts, Clock clock) {
        return new PluginWatcher(parts.root(), Map.of("DRAPlugin", parts.drivers()), clock, PATIENCE);
    }

    private PodWorker worker(KubeletParts parts, Pod pod) {
        OrphanedPods found = OrphanedPods.find(
                fixture.runtime(), parts.volumePlugins(), parts.podDirectories(), parts.logDirectories(), clock);
        return new PodWorker(parts, pod, found.claim(pod.uid()), null);
    }

    private Pod createPod() {
        var claims = client.resource(ResourceClaim.KIND).in("n");
        ResourceClaim claim = claims.create(new ResourceClaim(
                Json.decodeMap("{\"metadata\": {\"name\": \"x\", \"namespace\": \"n\"}, \"spec\": {}}")));
        Pod pod = client.resource(Pod.KIND).in("n").create(TestPods.of("""
                {"nodeName": "node-1", "terminationGracePeriodSeconds": 1, "restartPolicy": "Always",
                 "resourceClaims": [{"name": "device", "resourceClaimName": "x"}],
                 "containers": [{"name": "c", "image": "%s", "imagePullPolicy": "Never",
                   "command": ["sh", "-c", "trap exit TERM; while true; do sleep 0.1; done"],
                   "resources": {"claims": [{"name": "device", "request": "req"}]}}]}
                """.formatted(SandboxFixture.IMAGE)));
        claims.updateStatus(new ResourceClaim(claim.value().with("status", Json.decodeMap("""
                {"reservedFor": [{"uid": "%s"}],
                 "allocation": {"devices": {"results": [{"driver": "d.example.com"}]}}}
                """.formatted(pod.uid())))));
        return pod;
    }

    private void awaitRunning(int restarts) throws InterruptedException {
        Await.until(
                "it runs",
                () -> client.resource(Pod.KIND).in("n").get("p").status().containerStatuses().stream()
                        .anyMatch(status -> status.state().hasRunning() && status.restartCount() == restarts));
    }

    private void awaitEnded() throws InterruptedException {
        Await.until(
                "its containers have ended",
                () -> fixture.runtime().listContainers().stream()
                        .noneMatch(status -> status.state() instanceof ContainerStatus.State.Running));
    }

    private ContainerStatus running() {
        return fixture.runtime().listContainers().stream()
                .filter(status -> status.state() instanceof ContainerStatus.State.Running)
                .findFirst()
                .orElseThrow();
    }

    private String variable() {
        byte[] output = fixture.runtime()
                .execSync(running().id(), List.of("sh", "-c", "echo $CLAIM"), PATIENCE)
                .stdout();
        return new String(output, StandardCharsets.UTF_8).strip();
    }

    @Test
    void hasItsDeviceAsLongAsItRunsWhateverBecomesOfDriverAndKubelet() throws Exception {
        Pod pod = createPod();
        KubeletParts first = parts();
        PodWorker worker = worker(first, pod);
        Loop loop = supervisor.group("pods").run("pod", self -> worker.run());
        Await.until(
                "it waits for the driver",
                () -> client.resource(Event.KIND).in("n").list().stream()
                        .anyMatch(event -> event.reason().equals("FailedPrepareDynamicResources")
                                && event.message()
                                        .equals(
                                                "Failed to prepare dynamic resources: prepare dynamic resources: DRA driver"
                                                        + " d.example.com is not registered")));
        assertThat(fixture.runtime().listPodSandboxes()).isEmpty();

        Path root = temporary.toRealPath();
        try (TestDriver driver = new TestDriver("d.example.com", root, fixture.cdi())) {
            watcher(first, clock).look();
            awaitRunning(0);
            assertThat(variable()).isEqualTo("n/x");
            assertThat(driver.prepared).hasSize(1);

            worker.stop();
            loop.join(PATIENCE);
            first.drivers().close();
            KubeletParts second = parts();
            PodWorker next = worker(second, client.resource(Pod.KIND).in("n").get("p"));
            Loop nextLoop = supervisor.group("pods").run("pod", self -> next.run());
            fixture.runtime().execSync(running().id(), List.of("sh", "-c", "kill 1"), PATIENCE);
            awaitEnded();
            next.signal();
            awaitRunning(1);
            assertThat(variable()).as("without asking the driver again").isEqualTo("n/x");

            client.resource(Pod.KIND).in("n").delete("p", DeleteOptions.EMPTY);
            next.update(client.resource(Pod.KIND).in("n").get("p"));
            awaitEnded();
            assertThat(client.resource(Pod.KIND).in("n").find("p"))
                    .as("the pod, whose driver is not there to take the device back")
                    .isNotNull();
            watcher(second, clock).look();
            Await.until("it is gone", () -> client.resource(Pod.KIND).in("n").find("p") == null);
            assertThat(driver.prepared).isEmpty();
            assertThat(nextLoop.join(PATIENCE)).isTrue();
            second.drivers().close();
        }
    }
}
