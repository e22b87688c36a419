package dev.proa.node.kubelet.status;

import dev.proa.api.core.v1.Pod;
import dev.proa.api.core.v1.PodStatus;
import dev.proa.api.status.StatusException;
import dev.proa.client.Client;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Writes pod statuses to the API, each based on the newest version of its pod, so that no other change is lost. */
public final class StatusWriter {
    private static final int TRIES = 5;

    private final Client client;

    public StatusWriter(Client client) {
        this.client = client;
    }

    /**
     * Writes the status that {@code make} computes for {@code pod}; on a conflict, recomputes it for the current pod.
     * Writes nothing when the status is the same.
     *
     * @return the pod after that; null when it is gone or was replaced by another of its name
     */
    @Nullable
    public Pod write(Pod pod, Function<Pod, PodStatus> make) {
        Pod current = pod;
        for (int i = 0; i < TRIES; i++) {
            PodStatus status = make.apply(current);
            if (status.value().equals(current.status().value())) {
                return current;
            }
            try {
                return client.resource(Pod.KIND).in(pod.namespace()).updateStatus(current.withStatus(status));
            } catch (StatusException e) {
                if (e.code() == 404) {
                    return null;
                }
                if (e.code() != 409) {
                    throw e;
                }
            }
            Pod fresh = client.resource(Pod.KIND).in(pod.namespace()).find(pod.name());
            if (fresh == null || !fresh.uid().equals(pod.uid())) {
                return null;
            }
            current = fresh;
        }
        return current; // somebody writes all the time: the next change triggers another attempt
    }
}
