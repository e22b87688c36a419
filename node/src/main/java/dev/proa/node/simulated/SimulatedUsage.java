package dev.proa.node.simulated;

import dev.proa.api.value.Quantity;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a simulated container uses, by annotations of its pod, which may be changed while it runs: {@code kwok.x-k8s.io/usage-cpu} and {@code
 * kwok.x-k8s.io/usage-memory}, as KWOK's, each a quantity for every container of the pod, or for one alone when its name follows: {@code
 * kwok.x-k8s.io/usage-cpu.sidecar}. Nothing without them.
 */
record SimulatedUsage(long cpuMillicores, long memoryBytes) {
    static final SimulatedUsage NONE = new SimulatedUsage(0, 0);

    private static final String PREFIX = "kwok.x-k8s.io/usage-";

    /** The usage of a container; a quantity that cannot be read counts as none. */
    static SimulatedUsage of(String container, Map<String, String> annotations) {
        Quantity cpu = quantity(container, annotations, "cpu");
        Quantity memory = quantity(container, annotations, "memory");
        return cpu == null && memory == null
                ? NONE
                : new SimulatedUsage(cpu == null ? 0 : cpu.milliValue(), memory == null ? 0 : memory.value());
    }

    private static @Nullable Quantity quantity(String container, Map<String, String> annotations, String resource) {
        String all = annotations.get(PREFIX + resource);
        String text = annotations.getOrDefault(PREFIX + resource + "." + container, all);
        try {
            return text == null ? null : Quantity.parse(text);
        } catch (IllegalArgumentException e) {
            return null; // a scrape must not fail because of what a user wrote
        }
    }
}
