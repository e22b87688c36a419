package dev.proa.control.endpointslice;

import dev.proa.api.core.v1.Pod;
import dev.proa.api.core.v1.Service;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.control.shared.Pods;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The subsets of an Endpoints object: addresses that have the same ports, ready ones apart from those that are not. At most 1,000
 * addresses; ready ones go first. Pure.
 */
record Subsets(ListValue value, boolean truncated) {
    static final int CAPACITY = 1_000;

    /** The addresses of a group of ports. */
    private record Addresses(TreeMap<String, MapValue> ready, TreeMap<String, MapValue> notReady) {
        Addresses() {
            this(new TreeMap<>(), new TreeMap<>());
        }
    }

    static Subsets of(Service service, Collection<Pod> pods) {
        String type = PodEndpoints.addressTypes(service).getFirst();
        boolean all = service.spec().publishNotReadyAddresses();
        Map<ListValue, Addresses> byPorts = new LinkedHashMap<>();
        for (Pod pod : pods) {
            List<String> addresses = PodEndpoints.addresses(pod, type);
            ListValue ports = PodEndpoints.ports(service, pod);
            boolean portless = service.spec().ports().isEmpty() && PodEndpoints.isHeadless(service);
            if (!PodEndpoints.hasAddress(pod)
                    || pod.isDeleting() && !all
                    || addresses.isEmpty()
                    || ports.isEmpty() && !portless) {
                continue;
            }
            Addresses group = byPorts.computeIfAbsent(ports, absent -> new Addresses());
            (all || Pods.isReady(pod) ? group.ready : group.notReady)
                    .put(addresses.getFirst(), address(service, pod, addresses.getFirst()));
        }
        return packed(byPorts);
    }

    private static Subsets packed(Map<ListValue, Addresses> byPorts) {
        int room = CAPACITY;
        boolean truncated = false;
        Map<ListValue, MapValue.Builder> subsets = new LinkedHashMap<>();
        List<ListValue> order = new ArrayList<>(byPorts.keySet());
        order.sort(Comparator.comparing(ListValue::toString));
        for (String field : List.of("addresses", "notReadyAddresses")) {
            for (ListValue ports : order) {
                Addresses group = byPorts.getOrDefault(ports, new Addresses());
                List<MapValue> found =
                        new ArrayList<>((field.equals("addresses") ? group.ready : group.notReady).values());
                if (found.size() > room) {
                    found = found.subList(0, room);
                    truncated = true;
                }
                room -= found.size();
                if (!found.isEmpty()) {
                    subsets.computeIfAbsent(ports, absent -> subset(absent)).put(field, ListValue.copyOf(found));
                }
            }
        }
        return new Subsets(
                ListValue.copyOf(
                        subsets.values().stream().map(MapValue.Builder::build).toList()),
                truncated);
    }

    private static MapValue.Builder subset(ListValue ports) {
        MapValue.Builder subset = MapValue.builder(3);
        if (!ports.isEmpty()) {
            List<MapValue> unnamed = new ArrayList<>();
            for (int i = 0; i < ports.size(); i++) {
                MapValue port = ports.map(i);
                unnamed.add(port.string("name").isEmpty() ? port.without("name") : port);
            }
            subset.put("ports", ListValue.copyOf(unnamed));
        }
        return subset;
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
