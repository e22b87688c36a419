package dev.proa.node.kubelet.resource;

import dev.proa.api.core.v1.Container;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.core.v1.ResourceRequirements;
import dev.proa.api.pod.PodRequests;
import dev.proa.api.value.Quantity;
import dev.proa.node.cri.ContainerRuntime.Resources;
import java.util.HashMap;
import java.util.Map;

/** Converts requests and limits to cgroup settings, of containers and of pods (KEP-2837). */
public final class PodResources {
    private static final long PERIOD_MICROS = 100_000;
    private static final int LEAST_SHARES = 2;
    /** The smallest CPU limit, in millicores, that the kernel's smallest quota can express. */
    private static final long LEAST_CPU_LIMIT = 10;
    /** The largest number of processes and threads of a pod, as a kubelet's {@code podPidsLimit}. */
    public static final long MOST_PROCESSES = 4_096;

    private static final Map<String, String> PIDS = Map.of("pids.max", Long.toString(MOST_PROCESSES));

    private PodResources() {}

    /** Whether the pod has requests or limits of its own, beside those of its containers. */
    public static boolean given(Pod pod) {
        return pod.spec().hasResources()
                && !(pod.spec().resources().requests().isEmpty()
                        && pod.spec().resources().limits().isEmpty());
    }

    /**
     * The limits of a pod's cgroup. CPU and memory are limited only if the pod or each of its containers has a limit.
     */
    public static Resources limits(Pod pod) {
        Map<String, Quantity> limits =
                new HashMap<>(PodRequests.limits(pod.spec().value()));
        limits.keySet().removeIf(name -> !isLimited(pod, name));
        return convert(PodRequests.requests(pod.spec().value()), limits, PIDS);
    }

    private static boolean isLimited(Pod pod, String resource) {
        return pod.spec().resources().limits().containsKey(resource)
                || pod.spec().containers().stream().allMatch(container -> isLimited(container, resource))
                        && pod.spec().initContainers().stream().allMatch(container -> isLimited(container, resource));
    }

    private static boolean isLimited(Container container, String resource) {
        return !container
                .resources()
                .limits()
                .getOrDefault(resource, Quantity.ZERO)
                .isZero();
    }

    /** Limits of a container: its own, else the pod's. */
    public static Resources limits(Pod pod, Container container) {
        ResourceRequirements effective = effective(pod, container);
        return convert(effective.requests(), effective.limits(), Map.of());
    }

    /** A container's own resources, with CPU and memory limits inherited from the pod. */
    static ResourceRequirements effective(Pod pod, Container container) {
        ResourceRequirements own = container.resources();
        if (!given(pod) || pod.spec().resources().limits().isEmpty()) {
            return own;
        }
        Map<String, Quantity> limits = new HashMap<>(own.limits());
        for (String name : new String[] {"cpu", "memory"}) {
            Quantity whole = pod.spec().resources().limits().get(name);
            if (whole != null && !isLimited(container, name)) {
                limits.put(name, whole);
            }
        }
        return limits.isEmpty() ? own : own.withLimits(limits);
    }

    /** Converts requests to CPU shares, and limits to CPU quota and memory limit. */
    private static Resources convert(
            Map<String, Quantity> requests, Map<String, Quantity> limits, Map<String, String> unified) {
        Quantity cpu = requests.getOrDefault("cpu", limits.getOrDefault("cpu", Quantity.ZERO));
        long shares = Math.clamp(cpu.milliValue() * 1024 / 1000, LEAST_SHARES, 262_144);
        long limit = limits.getOrDefault("cpu", Quantity.ZERO).milliValue();
        long quota = limit == 0 ? 0 : Math.max(1000, limit * PERIOD_MICROS / 1000);
        long memory = limits.getOrDefault("memory", Quantity.ZERO).value();
        return new Resources(shares, quota, PERIOD_MICROS, memory, unified);
    }

    /**
     * {@code allocated} with the actual values of a running container. Values below the kernel's minimum are as
     * allocated.
     */
    public static ResourceRequirements actual(ResourceRequirements allocated, Resources actual) {
        ResourceRequirements result = allocated;
        if (!allocated.limits().isEmpty()) {
            Map<String, Quantity> limits = new HashMap<>(allocated.limits());
            putLimits(limits, actual);
            result = result.withLimits(limits);
        }
        if (!allocated.requests().isEmpty() && actual.cpuShares() > 0) {
            Map<String, Quantity> requests = new HashMap<>(allocated.requests());
            long milli = milliCpu(actual);
            put(requests, "cpu", Quantity.ofMilli(milli), milli <= LEAST_SHARES ? LEAST_SHARES : 0);
            result = result.withRequests(requests);
        }
        return result;
    }

    /** The requests and limits of the pod as a whole. */
    public static ResourceRequirements allocated(Pod pod) {
        ResourceRequirements own = pod.spec().resources();
        Map<String, Quantity> requests = PodRequests.requests(pod.spec().value());
        Map<String, Quantity> limits = PodRequests.limits(pod.spec().value());
        own = requests.isEmpty() ? own : own.withRequests(requests);
        return limits.isEmpty() ? own : own.withLimits(limits);
    }

    /** The actual resources of a running pod's cgroup. */
    public static ResourceRequirements actual(Pod pod, Resources group) {
        ResourceRequirements own = pod.spec().resources();
        Map<String, Quantity> requests = new HashMap<>(own.requests());
        Map<String, Quantity> limits = new HashMap<>(own.limits());
        put(requests, "cpu", Quantity.ofMilli(milliCpu(group)), milliCpu(group) <= LEAST_SHARES ? LEAST_SHARES : 0);
        Quantity memory = PodRequests.requests(pod.spec().value()).get("memory");
        if (memory != null) {
            requests.putIfAbsent("memory", memory);
        }
        putLimits(limits, group);
        own = requests.isEmpty() ? own : own.withRequests(requests);
        return limits.isEmpty() ? own : own.withLimits(limits);
    }

    private static long milliCpu(Resources actual) {
        return (actual.cpuShares() * 1000 + 1023) / 1024;
    }

    private static void putLimits(Map<String, Quantity> limits, Resources actual) {
        if (actual.cpuQuotaMicros() > 0) {
            long milli = actual.cpuQuotaMicros() * 1000 / actual.cpuPeriodMicros();
            put(limits, "cpu", Quantity.ofMilli(milli), milli <= LEAST_CPU_LIMIT ? LEAST_CPU_LIMIT : 0);
        }
        if (actual.memoryLimitBytes() > 0) {
            put(limits, "memory", Quantity.ofBytes(actual.memoryLimitBytes()), 0);
        }
    }

    /** Equal amounts keep the spelling of the request. */
    private static void put(Map<String, Quantity> amounts, String name, Quantity actual, long least) {
        Quantity asked = amounts.get(name);
        boolean tooLittle = least > 0 && (asked == null || asked.milliValue() <= least);
        if (!tooLittle && (asked == null || asked.compareTo(actual) != 0)) {
            amounts.put(name, actual);
        }
    }
}
