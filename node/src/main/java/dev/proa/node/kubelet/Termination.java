package dev.proa.node.kubelet;

import dev.proa.api.core.v1.Container;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.meta.v1.DeleteOptions;
import dev.proa.api.meta.v1.Preconditions;
import dev.proa.api.status.StatusException;
import dev.proa.client.Client;
import dev.proa.node.cri.ContainerStatus;
import dev.proa.node.cri.ContainerStatus.State;
import dev.proa.node.kubelet.pod.Observed;
import dev.proa.node.kubelet.pod.PodRuntime;
import dev.proa.node.kubelet.pod.PodSpecs;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Terminates a pod: all main containers at the same time, then sidecars from the last to the first, then the sandbox.
 */
final class Termination {
    private static final Logger LOG = LoggerFactory.getLogger(Termination.class);
    private static final Duration FORCED = Duration.ofSeconds(1);

    private Termination() {}

    /** The grace period of the containers. */
    static Duration grace(Pod pod, boolean gone) {
        if (gone) {
            return FORCED;
        }
        return Duration.ofSeconds(
                pod.metadata().hasDeletionGracePeriodSeconds()
                        ? pod.metadata().deletionGracePeriodSeconds()
                        : pod.spec().terminationGracePeriodSeconds());
    }

    /**
     * Stops the pod and blocks until nothing of it runs. A container whose step fails is killed with its sandbox at the end. When
     * interrupted, it leaves the rest running.
     */
    static void stopAll(KubeletParts parts, Pod pod, PodRuntime runtime, Duration grace) throws InterruptedException {
        Observed seen = runtime.observe();
        List<Container> main = PodSpecs.containers(pod).stream()
                .filter(container -> !PodSpecs.isSidecar(container)
                        || !pod.spec().initContainers().contains(container))
                .toList();
        stop(parts, pod, seen, main, grace);
        for (Container sidecar : pod.spec().initContainers().reversed()) {
            stop(parts, pod, seen, List.of(sidecar), grace);
        }
        runtime.stopSandboxes();
    }

    /** Stops containers at the same time and waits for their ends; when interrupted, leaves those that have not ended. */
    private static void stop(KubeletParts parts, Pod pod, Observed seen, List<Container> containers, Duration grace)
            throws InterruptedException {
        List<Container> running = containers.stream()
                .filter(container -> seen.newest(container.name()) instanceof ContainerStatus status
                        && status.state() instanceof State.Running)
                .toList();
        CountDownLatch left = new CountDownLatch(running.size());
        List<Step<@Nullable Void>> steps = new ArrayList<>();
        try {
            for (Container container : running) {
                steps.add(new Step<>(
                        "end-" + pod.namespace() + "/" + pod.name() + "/" + container.name(),
                        () -> stop(parts, pod, seen, container, grace),
                        left::countDown));
            }
            left.await();
        } finally {
            steps.forEach(Step::close);
        }
    }

    /** Must not throw: what could not be stopped ends with the sandbox, and a repeated termination would run the hooks twice. */
    private static @Nullable Void stop(KubeletParts parts, Pod pod, Observed seen, Container container, Duration grace)
            throws InterruptedException {
        String address = seen.sandbox() == null || seen.sandbox().addresses().isEmpty()
                ? parts.node().address()
                : seen.sandbox().addresses().getFirst();
        try {
            parts.stopper()
                    .stop(
                            pod,
                            address,
                            container,
                            Objects.requireNonNull(seen.newest(container.name()))
                                    .id(),
                            grace,
                            "Stopping container " + container.name());
        } catch (RuntimeException e) {
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            LOG.warn("container {} of {}/{} could not be stopped", container.name(), pod.namespace(), pod.name(), e);
        }
        return null;
    }

    /** Deletes the object of a pod that has ended, unless another one has its name. */
    static void deleteObject(Client client, Pod pod) {
        try {
            client.resource(Pod.KIND)
                    .in(pod.namespace())
                    .delete(
                            pod.name(),
                            DeleteOptions.EMPTY
                                    .withGracePeriodSeconds(0)
                                    .withPreconditions(Preconditions.EMPTY.withUid(pod.uid())));
        } catch (StatusException e) {
            if (e.code() != 404 && !(e.code() == 409 && isReplaced(client, pod))) {
                throw e;
            }
        }
    }

    /** A conflict may also be one that passes. */
    private static boolean isReplaced(Client client, Pod pod) {
        Pod found = client.resource(Pod.KIND).in(pod.namespace()).find(pod.name());
        return found == null || !found.uid().equals(pod.uid());
    }
}
