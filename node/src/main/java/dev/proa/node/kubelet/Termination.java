package dev.proa.node.kubelet;

import dev.proa.api.core.v1.Container;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.meta.v1.DeleteOptions;
import dev.proa.api.meta.v1.Preconditions;
import dev.proa.api.status.StatusException;
import dev.proa.client.Client;
import dev.proa.node.cri.ContainerStatus;
import dev.proa.node.cri.ContainerStatus.State;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Terminates a pod: all main containers at the same time, then sidecars from the last to the first, then the sandbox.
 */
final class Termination {
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

    /** Stops the pod and blocks until nothing of it runs. */
    static void stopAll(KubeletParts parts, Pod pod, PodRuntime runtime, Duration grace) throws InterruptedException {
        Observed seen = runtime.observe();
        List<Thread> stopping = new ArrayList<>();
        for (Container container : PodPlan.containers(pod)) {
            if (!PodPlan.isSidecar(container) || !pod.spec().initContainers().contains(container)) {
                stop(parts, pod, seen, container, grace, stopping);
            }
        }
        for (Thread thread : stopping) {
            thread.join();
        }
        for (Container sidecar : pod.spec().initContainers().reversed()) {
            List<Thread> one = new ArrayList<>();
            stop(parts, pod, seen, sidecar, grace, one);
            for (Thread thread : one) {
                thread.join();
            }
        }
        runtime.stopSandboxes();
    }

    private static void stop(
            KubeletParts parts, Pod pod, Observed seen, Container container, Duration grace, List<Thread> threads) {
        ContainerStatus status = seen.newest(container.name());
        if (status != null && status.state() instanceof State.Running) {
            String address =
                    seen.sandbox() == null || seen.sandbox().addresses().isEmpty()
                            ? parts.node().address()
                            : seen.sandbox().addresses().getFirst();
            threads.add(Thread.ofVirtual()
                    .start(() -> parts.stopper()
                            .stop(
                                    pod,
                                    address,
                                    container,
                                    status.id(),
                                    grace,
                                    "Stopping container " + container.name())));
        }
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
            if (e.code() != 404 && e.code() != 409) {
                throw e;
            }
        }
    }
}
