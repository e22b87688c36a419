package dev.proa.node.server;

import dev.proa.api.codec.GoText;
import dev.proa.api.core.v1.Container;
import dev.proa.api.core.v1.ContainerState;
import dev.proa.api.core.v1.ContainerStatus;
import dev.proa.api.core.v1.EphemeralContainer;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.status.Reason;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.MapValue;
import dev.proa.node.cri.ContainerStatus.State;
import dev.proa.node.kubelet.Kubelet.PodOnNode;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Finds the container of a request. Error messages are those of Kubernetes' kubelet. */
record PodContainer(PodOnNode found, String name) {

    /**
     * A container of a pod's specification.
     *
     * @throws StatusException when there is no such pod or container
     */
    static PodContainer of(NodePods pods, String namespace, String pod, String name) {
        PodOnNode found = pod(pods, namespace, pod);
        var spec = found.pod().spec();
        boolean known = Stream.of(
                        spec.containers().stream().map(Container::name),
                        spec.initContainers().stream().map(Container::name),
                        spec.ephemeralContainers().stream().map(EphemeralContainer::name))
                .flatMap(names -> names)
                .anyMatch(name::equals);
        if (!known) {
            throw StatusException.of(
                    Reason.NotFound,
                    "container " + GoText.quote(name) + " not found in pod " + GoText.quote(pod),
                    MapValue.EMPTY);
        }
        return new PodContainer(found, name);
    }

    /** A pod of this node. */
    static PodOnNode pod(NodePods pods, String namespace, String name) {
        PodOnNode found = pods.find(namespace, name);
        if (found == null) {
            throw StatusException.of(Reason.NotFound, "pod " + GoText.quote(name) + " does not exist", MapValue.EMPTY);
        }
        return found;
    }

    /** The running container, for commands and attaching. */
    dev.proa.node.cri.ContainerStatus running() {
        return started().stream()
                .filter(status -> status.state() instanceof State.Running)
                .findFirst()
                .orElseThrow(() ->
                        StatusException.of(Reason.NotFound, "container not found (\"" + name + "\")", MapValue.EMPTY));
    }

    /**
     * The container whose log is meant.
     *
     * @param previous the one before the current one
     * @throws StatusException when it has never run
     */
    dev.proa.node.cri.ContainerStatus logged(boolean previous) {
        List<dev.proa.node.cri.ContainerStatus> started = started();
        if (!previous) {
            if (started.isEmpty()) {
                throw waiting();
            }
            return started.getFirst();
        }
        boolean waitsForRestart = !started.isEmpty()
                && started.getFirst().state() instanceof State.Exited
                && state() instanceof ContainerState state
                && state.hasWaiting();
        int index = waitsForRestart ? 0 : 1;
        if (started.size() <= index) {
            throw StatusException.badRequest("previous terminated container " + quoted() + " not found");
        }
        return started.get(index);
    }

    private List<dev.proa.node.cri.ContainerStatus> started() {
        return found.containers().stream()
                .filter(status -> status.config().name().equals(name))
                .filter(status -> !(status.state() instanceof State.Created))
                .toList();
    }

    private StatusException waiting() {
        ContainerState state = state();
        if (state == null || !state.hasWaiting()) {
            return StatusException.badRequest("container " + quoted() + " is not available");
        }
        String reason = state.waiting().reason();
        return StatusException.badRequest("container " + quoted() + " is waiting to start: "
                + switch (reason) {
                    case "ErrImagePull" -> "image can't be pulled";
                    case "ImagePullBackOff" -> "trying and failing to pull image";
                    default -> reason;
                });
    }

    private @Nullable ContainerState state() {
        Pod pod = found.pod();
        return Stream.of(
                        pod.status().containerStatuses(),
                        pod.status().initContainerStatuses(),
                        pod.status().ephemeralContainerStatuses())
                .flatMap(List::stream)
                .filter(status -> status.name().equals(name))
                .map(ContainerStatus::state)
                .findFirst()
                .orElse(null);
    }

    private String quoted() {
        return GoText.quote(name) + " in pod " + GoText.quote(found.pod().name());
    }
}
