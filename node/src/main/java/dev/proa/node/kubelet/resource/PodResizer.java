package dev.proa.node.kubelet.resource;

import dev.proa.api.core.v1.Container;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.core.v1.ResourceRequirements;
import dev.proa.api.value.Quantity;
import dev.proa.node.cri.ContainerRuntime;
import dev.proa.node.cri.ContainerRuntime.Resources;
import dev.proa.node.cri.ContainerStatus;
import dev.proa.node.cri.ContainerStatus.State;
import dev.proa.node.cri.PodSandboxStatus;
import dev.proa.node.cri.RuntimeFailure;
import dev.proa.node.kubelet.pod.Observed;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Actuates an in-place resize: applies a pod's allocated resources to its running containers and to its cgroup. */
public final class PodResizer {
    /** The resources that running containers were last configured with. */
    public interface Actuated {
        /** The resources last configured for a container; null when unknown. */
        @Nullable
        ResourceRequirements of(String container);
    }

    /** What a container needs to get its allocated resources. */
    public enum Need {
        NOTHING,
        UPDATE,
        RESTART
    }

    private static final List<String> RESIZED = List.of("cpu", "memory");

    private final ContainerRuntime runtime;

    public PodResizer(ContainerRuntime runtime) {
        this.runtime = runtime;
    }

    /** @param pod the pod with its allocated resources */
    public static Need need(Pod pod, Container container, Actuated actuated) {
        ResourceRequirements has = actuated.of(container.name());
        if (has == null) {
            return Need.NOTHING; // a container that is never resized
        }
        ResourceRequirements wants = PodResources.effective(pod, container);
        Need need = Need.NOTHING;
        for (String resource : RESIZED) {
            if (differs(wants.requests(), has.requests(), resource)
                    || differs(wants.limits(), has.limits(), resource)) {
                boolean restart = container.resizePolicy().stream()
                        .anyMatch(policy -> policy.resourceName().equals(resource)
                                && policy.restartPolicy().equals("RestartContainer"));
                need = restart ? Need.RESTART : need == Need.NOTHING ? Need.UPDATE : need;
            }
        }
        return need;
    }

    private static boolean differs(Map<String, Quantity> one, Map<String, Quantity> other, String resource) {
        return one.getOrDefault(resource, Quantity.ZERO).compareTo(other.getOrDefault(resource, Quantity.ZERO)) != 0;
    }

    /**
     * Whether the allocated resources are not yet in effect in a running container or in the pod's cgroup.
     *
     * @param begun whether a resize has begun; before that the pod's group may differ because an earlier version made it
     */
    static boolean inProgress(Pod pod, Observed seen, Actuated actuated, boolean begun) {
        return PodAllocation.resizable(pod).stream()
                        .anyMatch(container -> seen.current(container.name()) instanceof ContainerStatus status
                                && status.state() instanceof State.Running
                                && need(pod, container, actuated) != Need.NOTHING)
                || (begun || PodResources.given(pod)) && wholeDiffers(pod, seen);
    }

    /** Whether the pod's cgroup has other limits than allocated. */
    public static boolean wholeDiffers(Pod pod, Observed seen) {
        return seen.sandbox() instanceof PodSandboxStatus sandbox
                && sandbox.ready()
                && !sandbox.config().resources().equals(PodResources.limits(pod));
    }

    /** Called for each container that has got its allocated resources. */
    public interface Done {
        void actuated(Container container);
    }

    /**
     * Applies the changes, and stops at the first that fails. The pod's cgroup never has less than its containers, so
     * it grows before them and shrinks after them.
     *
     * @param pod the pod with its allocated resources
     * @return the error; null for success
     */
    @Nullable
    public String resize(Pod pod, Observed seen, Actuated actuated, Done done) {
        PodSandboxStatus sandbox = seen.sandbox();
        if (sandbox == null) {
            return null;
        }
        List<Change> changes = changes(pod, seen, actuated);
        Resources before = sandbox.config().resources();
        Resources after = PodResources.limits(pod);
        try {
            String tooSmall = tooSmall(seen, changes, before, after);
            if (tooSmall != null) {
                return "cannot decrease memory limits: " + tooSmall;
            }
            Resources between = larger(before, after);
            if (!between.equals(before)) {
                runtime.updatePodSandboxResources(sandbox.id(), between);
            }
            for (Change change : changes) {
                runtime.updateContainerResources(change.status().id(), change.limits());
                done.actuated(change.container());
            }
            if (!after.equals(between)) {
                runtime.updatePodSandboxResources(sandbox.id(), after);
            }
            return null;
        } catch (RuntimeFailure failure) {
            return Objects.requireNonNullElse(failure.getMessage(), failure.toString());
        }
    }

    /** A container to resize. */
    private record Change(Container container, ContainerStatus status, Resources limits) {
        long memoryGrowth() {
            return grown(status.config().resources().memoryLimitBytes(), limits.memoryLimitBytes());
        }
    }

    /** The containers to resize, shrinking ones first. */
    private static List<Change> changes(Pod pod, Observed seen, Actuated actuated) {
        List<Change> changes = new ArrayList<>();
        for (Container container : PodAllocation.resizable(pod)) {
            if (seen.current(container.name()) instanceof ContainerStatus status
                    && status.state() instanceof State.Running
                    && need(pod, container, actuated) == Need.UPDATE) {
                changes.add(new Change(container, status, PodResources.limits(pod, container)));
            }
        }
        changes.sort(Comparator.comparingLong(Change::memoryGrowth));
        return changes;
    }

    /** By how much a limit grows; 0 means unlimited. */
    private static long grown(long from, long to) {
        return (to == 0 ? Long.MAX_VALUE : to) - (from == 0 ? Long.MAX_VALUE : from);
    }

    private static Resources larger(Resources one, Resources other) {
        return new Resources(
                Math.max(one.cpuShares(), other.cpuShares()),
                one.cpuQuotaMicros() == 0 || other.cpuQuotaMicros() == 0
                        ? 0
                        : Math.max(one.cpuQuotaMicros(), other.cpuQuotaMicros()),
                other.cpuPeriodMicros(),
                one.memoryLimitBytes() == 0 || other.memoryLimitBytes() == 0
                        ? 0
                        : Math.max(one.memoryLimitBytes(), other.memoryLimitBytes()),
                other.unified());
    }

    /** The message about a memory limit below current usage; null when there is none. */
    private @Nullable String tooSmall(Observed seen, List<Change> changes, Resources before, Resources after) {
        List<String> messages = new ArrayList<>();
        if (after.memoryLimitBytes() > 0 && grown(before.memoryLimitBytes(), after.memoryLimitBytes()) < 0) {
            long used = seen.containers().stream()
                    .filter(container -> container.state() instanceof State.Running)
                    .mapToLong(container -> usage(container.id()))
                    .sum();
            if (used >= after.memoryLimitBytes()) {
                messages.add("attempting to set pod memory limit (" + after.memoryLimitBytes()
                        + ") below current usage (" + used + ")");
            }
        }
        for (Change change : changes) {
            long limit = change.limits().memoryLimitBytes();
            if (limit > 0 && change.memoryGrowth() < 0) {
                long used = usage(change.status().id());
                if (used >= limit) {
                    messages.add("attempting to set container \""
                            + change.container().name() + "\" memory limit (" + limit + ") below current usage (" + used
                            + ")");
                }
            }
        }
        return messages.isEmpty()
                ? null
                : messages.size() == 1 ? messages.getFirst() : "[" + String.join(", ", messages) + "]";
    }

    private long usage(String containerId) {
        return runtime.containerStats(containerId).memory().usageBytes();
    }
}
