package dev.proa.control.endpointslice;

import dev.proa.api.core.v1.Endpoints;
import dev.proa.api.discovery.v1.EndpointSlice;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.api.view.Views;
import dev.proa.control.shared.Owners;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Computes the writes that mirror an Endpoints object into EndpointSlices: one slice for each subset and address family, with the
 * labels and annotations of the object. Pure.
 *
 * @param skipped addresses that found no room, of those beyond {@link #CAPACITY} in a subset
 */
record MirrorPlan(List<EndpointSlice> create, List<EndpointSlice> update, List<EndpointSlice> delete, int skipped) {
    static final String CONTROLLER = "endpointslicemirroring-controller.k8s.io";
    /** Most addresses of a subset that are mirrored. */
    static final int CAPACITY = 1_000;

    private record Group(String addressType, ListValue ports) {}

    static MirrorPlan of(Endpoints endpoints, Collection<EndpointSlice> existing) {
        Map<Group, List<MapValue>> wanted = new LinkedHashMap<>();
        int skipped = collect(endpoints, wanted);
        MirrorPlan plan = new MirrorPlan(new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), skipped);
        Map<Group, EndpointSlice> there = new HashMap<>();
        List<EndpointSlice> spare = new ArrayList<>();
        for (EndpointSlice slice : existing) {
            Group group = new Group(slice.addressType(), slice.value().list("ports"));
            if (!wanted.containsKey(group) || there.putIfAbsent(group, slice) != null) {
                spare.add(slice);
            }
        }
        wanted.forEach((group, addresses) -> {
            EndpointSlice slice = there.get(group);
            if (slice == null) {
                slice = spare.stream()
                        .filter(other -> other.addressType().equals(group.addressType))
                        .findFirst()
                        .orElse(null);
                spare.remove(slice);
            }
            if (slice == null) {
                plan.create.add(fresh(endpoints, group, addresses));
            } else if (!isMirror(slice, endpoints, group, addresses)) {
                plan.update.add(changed(slice, endpoints, group, addresses));
            }
        });
        plan.delete.addAll(spare);
        return plan;
    }

    /** Adds all addresses to {@code groups}; returns how many found no room. */
    private static int collect(Endpoints endpoints, Map<Group, List<MapValue>> groups) {
        Repacking repacking = new Repacking();
        ListValue subsets = endpoints.value().list("subsets");
        for (int i = 0; i < subsets.size(); i++) {
            MapValue subset = subsets.map(i);
            ListValue ports = subset.list("ports");
            ListValue ready = subset.list("addresses");
            for (int j = 0; j < ready.size(); j++) {
                repacking.add(ready.map(j), ports, true);
            }
            ListValue notReady = subset.list("notReadyAddresses");
            for (int j = 0; j < notReady.size(); j++) {
                repacking.add(notReady.map(j), ports, false);
            }
        }
        int skipped = 0;
        for (Repacking.Subset subset : repacking.subsets()) {
            ListValue ports = named(subset.ports());
            int ready = Math.min(CAPACITY, subset.ready().size());
            int notReady = Math.min(CAPACITY - ready, subset.notReady().size());
            subset.ready().subList(0, ready).forEach(address -> add(groups, ports, address, true));
            subset.notReady().subList(0, notReady).forEach(address -> add(groups, ports, address, false));
            skipped += subset.ready().size() + subset.notReady().size() - ready - notReady;
        }
        return skipped;
    }

    private static void add(Map<Group, List<MapValue>> groups, ListValue ports, MapValue address, boolean ready) {
        String ip = address.string("ip");
        MapValue.Builder endpoint = MapValue.builder(5)
                .put("addresses", ListValue.of(ip))
                .put("conditions", MapValue.of("ready", ready))
                .putIfPresent("targetRef", address.get("targetRef"))
                .putIfPresent("nodeName", address.get("nodeName"))
                .putIfPresent("hostname", address.get("hostname"));
        groups.computeIfAbsent(new Group(ip.contains(":") ? "IPv6" : "IPv4", ports), absent -> new ArrayList<>())
                .add(endpoint.build());
    }

    private static ListValue named(ListValue ports) {
        List<MapValue> named = new ArrayList<>(ports.size());
        for (int i = 0; i < ports.size(); i++) {
            MapValue port = ports.map(i);
            named.add(port.has("name") ? port : port.with("name", ""));
        }
        return ListValue.copyOf(named);
    }

    private static boolean isMirror(EndpointSlice slice, Endpoints endpoints, Group group, List<MapValue> addresses) {
        ListValue there = slice.value().list("endpoints");
        Set<Object> found = new HashSet<>(there);
        return slice.value().list("ports").equals(group.ports)
                && there.size() == addresses.size()
                && found.containsAll(addresses)
                && slice.labels().equals(labels(endpoints))
                && slice.annotations().equals(annotations(endpoints))
                && slice.metadata().ownerReferences().stream()
                        .anyMatch(owner -> owner.uid().equals(endpoints.uid()));
    }

    private static EndpointSlice changed(
            EndpointSlice slice, Endpoints endpoints, Group group, List<MapValue> addresses) {
        Map<String, String> annotations = annotations(endpoints);
        EndpointSlice owned = slice.withMetadata(m -> {
            var labeled = m.withLabels(labels(endpoints))
                    .withOwnerReferences(List.of(Owners.controllerReference(Endpoints.KIND, endpoints)));
            return annotations.isEmpty() ? labeled.withoutAnnotations() : labeled.withAnnotations(annotations);
        });
        return new EndpointSlice(
                owned.value().with("ports", group.ports).with("endpoints", ListValue.copyOf(addresses)));
    }

    private static EndpointSlice fresh(Endpoints endpoints, Group group, List<MapValue> addresses) {
        MapValue.Builder metadata = MapValue.builder(5)
                .put("generateName", endpoints.name() + "-")
                .put("namespace", endpoints.namespace())
                .put("labels", Views.values(labels(endpoints)))
                .put(
                        "ownerReferences",
                        ListValue.of(Owners.controllerReference(Endpoints.KIND, endpoints)
                                .value()));
        Map<String, String> annotations = annotations(endpoints);
        if (!annotations.isEmpty()) {
            metadata.put("annotations", Views.values(annotations));
        }
        return new EndpointSlice(MapValue.of(
                "apiVersion",
                "discovery.k8s.io/v1",
                "kind",
                "EndpointSlice",
                "metadata",
                metadata.build(),
                "addressType",
                group.addressType,
                "ports",
                group.ports,
                "endpoints",
                ListValue.copyOf(addresses)));
    }

    private static Map<String, String> labels(Endpoints endpoints) {
        Map<String, String> labels = new HashMap<>(endpoints.labels());
        labels.put(SlicePlan.SERVICE_NAME, endpoints.name());
        labels.put(SlicePlan.MANAGED_BY, CONTROLLER);
        return labels;
    }

    private static Map<String, String> annotations(Endpoints endpoints) {
        Map<String, String> annotations = new HashMap<>(endpoints.annotations());
        annotations.remove(TriggerTimes.ANNOTATION);
        annotations.remove("kubectl.kubernetes.io/last-applied-configuration");
        return annotations;
    }
}
