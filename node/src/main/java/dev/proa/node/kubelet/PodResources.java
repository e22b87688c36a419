package dev.proa.node.kubelet;

import dev.proa.api.core.v1.Container;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.value.Quantity;
import dev.proa.node.cri.ContainerRuntime;
import java.util.Map;

/** Requests and limits as control groups have them: of one container, and of a pod as a whole (KEP-2837). */
final class PodResources {
    private static final long PERIOD_MICROS = 100_000;
    /** {@code podPidsLimit} of a kubelet: processes and threads of a pod. */
    private static final Map<String, String> PIDS = Map.of("pids.max", "4096");

    private PodResources() {}

    /** Whether the pod has requests or limits of its own, beside those of its containers. */
    static boolean given(Pod pod) {
        return pod.spec().hasResources()
                && !(pod.spec().resources().requests().isEmpty()
                        && pod.spec().resources().limits().isEmpty());
    }

    /** Limits of all containers of the pod together: those that {@code spec.resources} sets, and of the number of its processes. */
    static ContainerRuntime.Resources limits(Pod pod) {
        return given(pod)
                ? convert(
                        pod.spec().resources().requests(),
                        pod.spec().resources().limits(),
                        PIDS)
                : new ContainerRuntime.Resources(0, 0, PERIOD_MICROS, 0, PIDS);
    }

    /** Limits of a container. */
    static ContainerRuntime.Resources limits(Container container) {
        return convert(container.resources().requests(), container.resources().limits(), Map.of());
    }

    /** Requests become processor shares, limits become quota and the memory limit. */
    private static ContainerRuntime.Resources convert(
            Map<String, Quantity> requests, Map<String, Quantity> limits, Map<String, String> unified) {
        Quantity cpu = requests.getOrDefault("cpu", limits.getOrDefault("cpu", Quantity.ZERO));
        long shares = Math.clamp(cpu.milliValue() * 1024 / 1000, 2, 262_144);
        long limit = limits.getOrDefault("cpu", Quantity.ZERO).milliValue();
        long quota = limit == 0 ? 0 : Math.max(1000, limit * PERIOD_MICROS / 1000);
        long memory = limits.getOrDefault("memory", Quantity.ZERO).value();
        return new ContainerRuntime.Resources(shares, quota, PERIOD_MICROS, memory, unified);
    }
}
