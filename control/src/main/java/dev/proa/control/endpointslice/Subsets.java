package dev.proa.control.endpointslice;

import dev.proa.api.core.v1.Pod;
import dev.proa.api.core.v1.Service;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.control.shared.Pods;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * The subsets of an Endpoints object: addresses that have the same ports, ready ones apart from those that are not. At most 1,000
 * addresses; ready ones go first, and each subset is cut by the same share. Pure.
 */
record Subsets(ListValue value, boolean truncated) {
    static final int CAPACITY = 1_000;

    static Subsets of(Service service, Collection<Pod> pods) {
        String type = PodEndpoints.addressTypes(service).getFirst();
        boolean all = service.spec().publishNotReadyAddresses();
        boolean portless = service.spec().ports().isEmpty() && PodEndpoints.isHeadless(service);
        Repacking repacking = new Repacking();
        for (Pod pod : pods) {
            if (!PodEndpoints.hasAddress(pod) || pod.isDeleting() && !all) {
                continue;
            }
            List<String> addresses = PodEndpoints.addresses(pod, type);
            ListValue ports = PodEndpoints.ports(service, pod);
            if (!addresses.isEmpty() && (portless || !ports.isEmpty())) {
                repacking.add(address(service, pod, addresses.getFirst()), unnamed(ports), all || Pods.isReady(pod));
            }
        }
        return cut(repacking.subsets());
    }

    private static Subsets cut(List<Repacking.Subset> subsets) {
        int ready = subsets.stream().mapToInt(subset -> subset.ready().size()).sum();
        int notReady =
                subsets.stream().mapToInt(subset -> subset.notReady().size()).sum();
        if (ready + notReady <= CAPACITY) {
            return new Subsets(
                    ListValue.copyOf(subsets.stream()
                            .map(subset -> value(subset.ports(), subset.ready(), subset.notReady()))
                            .toList()),
                    false);
        }
        boolean cutReady = ready > CAPACITY;
        int total = cutReady ? ready : notReady;
        int room = cutReady ? CAPACITY : CAPACITY - ready;
        int left = room;
        List<MapValue> values = new ArrayList<>();
        for (Repacking.Subset subset : subsets) {
            List<MapValue> found = cutReady ? subset.ready() : subset.notReady();
            int share = Math.min(left, (int) Math.ceil((double) found.size() / total * room));
            List<MapValue> kept = found.subList(0, Math.min(share, found.size()));
            left -= kept.size();
            values.add(cutReady ? value(subset.ports(), kept, List.of()) : value(subset.ports(), subset.ready(), kept));
        }
        return new Subsets(ListValue.copyOf(values), true);
    }

    private static MapValue value(ListValue ports, List<MapValue> ready, List<MapValue> notReady) {
        MapValue.Builder subset = MapValue.builder(3);
        putUnlessEmpty(subset, "ports", ports);
        putUnlessEmpty(subset, "addresses", ListValue.copyOf(ready));
        putUnlessEmpty(subset, "notReadyAddresses", ListValue.copyOf(notReady));
        return subset.build();
    }

    private static void putUnlessEmpty(MapValue.Builder subset, String name, ListValue values) {
        if (!values.isEmpty()) {
            subset.put(name, values);
        }
    }

    /** Ports of slices have empty names, those of Endpoints none then. */
    private static ListValue unnamed(ListValue ports) {
        List<MapValue> unnamed = new ArrayList<>(ports.size());
        for (int i = 0; i < ports.size(); i++) {
            MapValue port = ports.map(i);
            unnamed.add(port.string("name").isEmpty() ? port.without("name") : port);
        }
        return ListValue.copyOf(unnamed);
    }

    private static MapValue address(Service service, Pod pod, String ip) {
        MapValue.Builder address = MapValue.builder(4).put("ip", ip).put("targetRef", PodEndpoints.reference(pod));
        if (!pod.spec().nodeName().isEmpty()) {
            address.put("nodeName", pod.spec().nodeName());
        }
        if (PodEndpoints.hasHostname(service, pod)) {
            address.put("hostname", pod.spec().hostname());
        }
        return address.build();
    }
}
