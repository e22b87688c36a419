package dev.proa.control.scheduler.plugin.dynamicresources;

import dev.proa.api.core.v1.Node;
import dev.proa.api.resource.v1.Counter;
import dev.proa.api.resource.v1.CounterSet;
import dev.proa.api.resource.v1.Device;
import dev.proa.api.resource.v1.DeviceCounterConsumption;
import dev.proa.api.resource.v1.ResourceSlice;
import dev.proa.api.resource.v1.ResourceSliceSpec;
import dev.proa.api.selector.NodeSelectors;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * A pool of devices of a driver, as a node sees it: of its newest generation only.
 *
 * @param name {@code driver/pool}
 * @param usable the devices that the node can use
 * @param all the devices of all nodes, which may share counters
 * @param counters the sets of counters, by their names
 * @param problem why no device can be taken from it now; {@link Problem#NONE} when they can
 */
record Pool(
        String name,
        List<Member> usable,
        List<Member> all,
        Map<String, Map<String, Counter>> counters,
        Problem problem) {
    /** What may be wrong with a pool. */
    enum Problem {
        NONE,
        /** Its driver has not published all slices yet. */
        INCOMPLETE,
        /** Its slices contradict each other. */
        INVALID
    }

    /** A device of a pool, in the slice that lists it. */
    record Member(DeviceId id, Device device, ResourceSliceSpec slice) {
        boolean isFor(Node node) {
            return !slice.perDeviceNodeSelection()
                    || matches(
                            node,
                            device.nodeName(),
                            device.allNodes(),
                            device.hasNodeSelector()
                                    && NodeSelectors.matchesAny(
                                            device.nodeSelector().nodeSelectorTerms(), node));
        }
    }

    private static boolean matches(Node node, String name, boolean all, boolean selected) {
        return name.isEmpty() ? all || selected : name.equals(node.name());
    }

    /**
     * The pools that a node can use devices of, in the order of their names.
     *
     * @param slices those that name the node, and those that name none
     * @param inPool all slices of a pool, by {@code driver/pool}
     */
    static List<Pool> of(Node node, Collection<ResourceSlice> slices, Function<String, List<ResourceSlice>> inPool) {
        Map<String, List<ResourceSlice>> byPool = new TreeMap<>();
        for (ResourceSlice slice : slices) {
            if (isFor(node, slice.spec())) {
                byPool.computeIfAbsent(name(slice), name -> new ArrayList<>()).add(slice);
            }
        }
        List<Pool> pools = new ArrayList<>();
        byPool.forEach((name, own) -> {
            List<ResourceSlice> all = inPool.apply(name);
            long newest = all.stream()
                    .mapToLong(slice -> slice.spec().pool().generation())
                    .max()
                    .orElse(0);
            List<ResourceSlice> current = of(newest, own);
            if (!current.isEmpty()) { // else the node has none in what the driver publishes now
                pools.add(build(name, node, current, of(newest, all)));
            }
        });
        return pools;
    }

    /** The name of the pool that a slice is part of. */
    static String name(ResourceSlice slice) {
        return slice.spec().driver() + "/" + slice.spec().pool().name();
    }

    private static List<ResourceSlice> of(long generation, List<ResourceSlice> slices) {
        return slices.stream()
                .filter(slice -> slice.spec().pool().generation() == generation)
                .toList();
    }

    private static boolean isFor(Node node, ResourceSliceSpec slice) {
        if (slice.hasSharedCounters()) {
            return true;
        }
        if (slice.perDeviceNodeSelection()) {
            return members(slice).stream().anyMatch(member -> member.isFor(node));
        }
        return matches(
                node,
                slice.nodeName(),
                slice.allNodes(),
                slice.hasNodeSelector()
                        && NodeSelectors.matchesAny(slice.nodeSelector().nodeSelectorTerms(), node));
    }

    private static Pool build(String name, Node node, List<ResourceSlice> own, List<ResourceSlice> all) {
        if (all.size() != all.getFirst().spec().pool().resourceSliceCount()) {
            return new Pool(name, List.of(), List.of(), Map.of(), Problem.INCOMPLETE);
        }
        List<Member> usable =
                members(own).stream().filter(member -> member.isFor(node)).toList();
        List<Member> everywhere = members(all);
        Map<String, Map<String, Counter>> counters = new HashMap<>();
        boolean valid = hasDistinctNames(members(own));
        for (ResourceSlice slice : all) {
            for (CounterSet set : slice.spec().sharedCounters()) {
                valid &= counters.put(set.name(), set.counters()) == null;
            }
        }
        valid &= everywhere.stream().allMatch(member -> hasCounters(member.device, counters));
        return valid
                ? new Pool(name, usable, everywhere, counters, Problem.NONE)
                : new Pool(name, List.of(), List.of(), Map.of(), Problem.INVALID);
    }

    private static List<Member> members(List<ResourceSlice> slices) {
        return slices.stream().flatMap(slice -> members(slice.spec()).stream()).toList();
    }

    private static List<Member> members(ResourceSliceSpec slice) {
        return slice.devices().stream()
                .map(device ->
                        new Member(new DeviceId(slice.driver(), slice.pool().name(), device.name()), device, slice))
                .toList();
    }

    private static boolean hasDistinctNames(List<Member> members) {
        Set<DeviceId> ids = new HashSet<>();
        return members.stream().allMatch(member -> ids.add(member.id));
    }

    private static boolean hasCounters(Device device, Map<String, Map<String, Counter>> counters) {
        for (DeviceCounterConsumption consumed : device.consumesCounters()) {
            Map<String, Counter> set = counters.get(consumed.counterSet());
            if (set == null || !set.keySet().containsAll(consumed.counters().keySet())) {
                return false;
            }
        }
        return true;
    }
}
