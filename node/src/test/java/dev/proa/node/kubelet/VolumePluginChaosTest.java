package dev.proa.node.kubelet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.core.v1.Event;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.core.v1.Volume;
import dev.proa.api.meta.v1.DeleteOptions;
import dev.proa.client.Client;
import dev.proa.client.reconcile.EventRecorder;
import dev.proa.client.supervision.Supervisor;
import dev.proa.node.cri.ContainerRuntime;
import dev.proa.node.kubelet.object.ReferencedObjects;
import dev.proa.node.kubelet.pod.PodRuntime;
import dev.proa.node.kubelet.pod.TestPods;
import dev.proa.node.kubelet.volume.VolumeDirectory;
import dev.proa.node.kubelet.volume.VolumePlugin;
import dev.proa.node.kubelet.volume.VolumePlugins;
import dev.proa.node.kubelet.volume.VolumeSpec;
import dev.proa.node.linux.Directory;
import dev.proa.node.metrics.KubeletMetrics;
import dev.proa.node.simulated.SimulatedRuntime;
import dev.proa.testing.Await;
import dev.proa.testing.FakeTransport;
import dev.proa.testing.SimulatedClock;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A volume plugin that throws harms the pods that have its volumes, until it works again, and no others. */
class VolumePluginChaosTest {
    private final SimulatedClock clock = new SimulatedClock();
    private final Client client = new Client(new FakeTransport(clock));
    private final EventRecorder events = new EventRecorder(client, clock, "kubelet", "node-1");
    private final SimulatedRuntime simulated = new SimulatedRuntime(clock, "10.244.0.0/24", new SplittableRandom(1));
    private final ReferencedObjects references = new ReferencedObjects(
            client, new Supervisor(clock, new SplittableRandom(3)), clock, new SplittableRandom(2), uid -> {});
    private final ThrowingPlugin throwing = new ThrowingPlugin();

    @TempDir
    private Path directory;

    @AfterEach
    void close() {
        references.close();
        events.close();
        client.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"supports", "mounter", "source", "setUp", "readOnly", "requiresRemount"})
    void aSetUpThatThrowsIsAnEventOfItsPodAndTriedAgain(String method) throws Exception {
        throwing.failing = method;
        KubeletParts parts = parts();
        Worker good = start(parts, "good", "\"emptyDir\": {}");
        Worker bad = start(parts, "bad", "\"hostPath\": {\"path\": \"/x\"}");
        passUntil("the good pod runs", () -> runs("good"));
        passUntil("the bad pod tells why it waits", () -> failedMount("bad"));
        assertThat(runs("bad")).isFalse();
        assertThat(failedMount("good")).isFalse();

        throwing.failing = "";
        passUntil("the bad pod runs", () -> runs("bad"));
        good.end();
        bad.end();
    }

    @ParameterizedTest
    @ValueSource(strings = {"refreshAt", "forget", "diskUse"})
    void whatIsAskedBesidesHoldsUpNobody(String method) throws Exception {
        throwing.failing = method;
        KubeletParts parts = parts();
        Worker good = start(parts, "good", "\"emptyDir\": {}");
        Worker bad = start(parts, "bad", "\"hostPath\": {\"path\": \"/x\"}");
        passUntil("both run", () -> runs("good") && runs("bad"));
        assertThat(parts.volumePlugins().diskUse(good.pod, parts.podDirectory(good.pod.uid())))
                .isEmpty();
        good.end();
        bad.end();
    }

    @Test
    void aTearDownThatThrowsHoldsUpItsPodAndIsTriedAgain() throws Exception {
        KubeletParts parts = parts();
        Worker good = start(parts, "good", "\"emptyDir\": {}");
        Worker bad = start(parts, "bad", "\"hostPath\": {\"path\": \"/x\"}");
        passUntil("both run", () -> runs("good") && runs("bad"));
        throwing.failing = "tearDown";
        bad.delete();
        good.end();
        passUntil("it was tried more than once", () -> throwing.thrown > 1);
        assertThat(client.resource(Pod.KIND).in("n").find("bad")).isNotNull();
        assertThat(parts.podDirectory(bad.pod.uid())).exists();

        throwing.failing = "";
        bad.end();
        assertThat(parts.podDirectory(bad.pod.uid())).doesNotExist();
    }

    private KubeletParts parts() {
        return new KubeletParts(
                client,
                withFiles(),
                TestPods.NODE,
                directory,
                new Supervisor(clock, new SplittableRandom(4)),
                clock,
                new SplittableRandom(3),
                events,
                new KubeletMetrics("node-1"),
                references,
                List::of,
                uid -> {},
                new VolumePlugins(List.of(throwing, new QuietPlugin())));
    }

    /** The simulated runtime, as one whose containers see files. */
    private ContainerRuntime withFiles() {
        return (ContainerRuntime) Proxy.newProxyInstance(
                ContainerRuntime.class.getClassLoader(),
                new Class<?>[] {ContainerRuntime.class},
                (proxy, method, arguments) -> {
                    if (method.getName().equals("mountsFiles")) {
                        return true;
                    }
                    try {
                        return method.invoke(simulated, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    private Worker start(KubeletParts parts, String name, String volume) {
        Pod template = TestPods.of("{\"nodeName\": \"node-1\", \"terminationGracePeriodSeconds\": 0, \"containers\": "
                + "[{\"name\": \"c\", \"image\": \"i\", \"volumeMounts\": [{\"name\": \"v\", \"mountPath\": \"/v\"}]}], "
                + "\"volumes\": [{\"name\": \"v\", " + volume + "}]}");
        Pod pod = client.resource(Pod.KIND)
                .in("n")
                .create(template.withMetadata(template.metadata().withName(name).withUid(name)));
        PodWorker worker = new PodWorker(parts, pod, new PodRuntime(parts.runtime(), List.of(), List.of()), null);
        return new Worker(pod, worker, Thread.ofVirtual().start(() -> run(worker)));
    }

    private static void run(PodWorker worker) {
        try {
            worker.run();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // stopped
        }
    }

    private final class Worker {
        private final Pod pod;
        private final PodWorker worker;
        private final Thread thread;

        Worker(Pod pod, PodWorker worker, Thread thread) {
            this.pod = pod;
            this.worker = worker;
            this.thread = thread;
        }

        void delete() {
            if (!worker.pod().isDeleting()) {
                client.resource(Pod.KIND).in("n").delete(pod.name(), DeleteOptions.EMPTY.withGracePeriodSeconds(1));
                worker.update(client.resource(Pod.KIND).in("n").get(pod.name()));
            }
        }

        void end() throws InterruptedException {
            delete();
            passUntil(pod.name() + " has ended", () -> !thread.isAlive());
            assertThat(client.resource(Pod.KIND).in("n").find(pod.name())).isNull();
        }
    }

    private boolean runs(String name) {
        Pod pod = client.resource(Pod.KIND).in("n").find(name);
        return pod != null && pod.status().phase().equals("Running");
    }

    private boolean failedMount(String name) {
        return client.resource(Event.KIND).in("n").list().stream()
                .anyMatch(event -> event.involvedObject().name().equals(name)
                        && event.reason().equals("FailedMount")
                        && event.message().startsWith("MountVolume.SetUp failed for volume \"v\" : "));
    }

    /** Lets the time go on, a second at a look, until a condition holds. */
    private void passUntil(String what, BooleanSupplier condition) throws InterruptedException {
        Await.until(what, () -> {
            if (condition.getAsBoolean()) {
                return true;
            }
            clock.advance(Duration.ofSeconds(1));
            return false;
        });
    }

    /** Makes a directory for each emptyDir. */
    private static class QuietPlugin implements VolumePlugin {
        @Override
        public String name() {
            return "test/quiet";
        }

        @Override
        public boolean supports(Volume volume) {
            return volume.hasEmptyDir();
        }

        @Override
        public Mounter mounter(VolumeSpec spec) {
            return new Mounter() {
                @Override
                public MountSource source(VolumeDirectory at) {
                    return new MountSource.HostPath(at.path());
                }

                @Override
                public void setUp(VolumeDirectory at) throws IOException {
                    try (Directory parent = at.parent()) {
                        parent.makeDirectories(at.name(), 0755).close();
                    }
                }
            };
        }
    }

    /** Is responsible for hostPath volumes, and throws from the method that is named. */
    private static final class ThrowingPlugin extends QuietPlugin {
        private volatile String failing = "";
        private volatile int thrown;

        private void call(String method) {
            if (method.equals(failing)) {
                thrown++;
                throw new IllegalStateException("thrown from " + method);
            }
        }

        @Override
        public String name() {
            return "test/throwing";
        }

        @Override
        public boolean supports(Volume volume) {
            call("supports");
            return volume.hasHostPath();
        }

        @Override
        public boolean readOnly() {
            call("readOnly");
            return false;
        }

        @Override
        public boolean requiresRemount() {
            call("requiresRemount");
            return false;
        }

        @Override
        public @Nullable Instant refreshAt(String podUid) {
            call("refreshAt");
            return null;
        }

        @Override
        public void forget(String podUid) {
            call("forget");
        }

        @Override
        public OptionalLong diskUse(Volume volume, VolumeDirectory at) {
            call("diskUse");
            return OptionalLong.empty();
        }

        @Override
        public void tearDown(VolumeDirectory at) throws IOException {
            call("tearDown");
            super.tearDown(at);
        }

        @Override
        public Mounter mounter(VolumeSpec spec) {
            call("mounter");
            Mounter quiet = super.mounter(spec);
            return new Mounter() {
                @Override
                public MountSource source(VolumeDirectory at) {
                    call("source");
                    return quiet.source(at);
                }

                @Override
                public void setUp(VolumeDirectory at) throws IOException {
                    call("setUp");
                    quiet.setUp(at);
                }
            };
        }
    }
}
