package dev.proa.control.endpointslice;

import dev.proa.api.core.v1.Service;
import dev.proa.api.discovery.v1.EndpointSlice;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.api.view.Views;
import dev.proa.control.shared.Owners;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Computes the fewest writes that bring the EndpointSlices of a service up to date: endpoints stay in the slice they are in, slices
 * that change anyhow are filled first, then one with room, and only then new ones are made. Pure.
 */
record SlicePlan(List<EndpointSlice> create, List<EndpointSlice> update, List<EndpointSlice> delete) {
    static final String SERVICE_NAME = "kubernetes.io/service-name";
    static final String MANAGED_BY = "endpointslice.kubernetes.io/managed-by";
    static final String CONTROLLER = "endpointslice-controller.k8s.io";
    static final String HEADLESS = "service.kubernetes.io/headless";

    /** Most endpoints of a slice. */
    static final int CAPACITY = 100;

    /** An endpoint that is to be there, with its ports, in a slice of one address type. */
    record Desired(String addressType, ListValue ports, MapValue endpoint) {}

    private record Group(String addressType, ListValue ports) {}

    static SlicePlan of(Service service, Collection<Desired> desired, Collection<EndpointSlice> existing) {
        Map<Group, Map<MapValue, MapValue>> wanted = new LinkedHashMap<>();
        for (Desired one : desired) {
            wanted.computeIfAbsent(new Group(one.addressType, one.ports), absent -> new LinkedHashMap<>())
                    .put(identity(one.endpoint), one.endpoint);
        }
        List<String> types = PodEndpoints.addressTypes(service);
        Map<Group, List<EndpointSlice>> there = new HashMap<>();
        SlicePlan plan = new SlicePlan(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        for (EndpointSlice slice : existing) {
            Group group = new Group(slice.addressType(), slice.value().list("ports"));
            boolean ours = isOwned(slice, service) && types.contains(slice.addressType());
            if (ours && wanted.containsKey(group)) {
                there.computeIfAbsent(group, absent -> new ArrayList<>()).add(slice);
            } else {
                plan.delete.add(slice);
            }
        }
        wanted.forEach(
                (group, endpoints) -> plan.fill(service, group, endpoints, there.getOrDefault(group, List.of())));
        for (String type : types) {
            plan.keepOne(service, type, existing);
        }
        plan.reuse(service);
        return plan;
    }

    boolean isEmpty() {
        return create.isEmpty() && update.isEmpty() && delete.isEmpty();
    }

    private void fill(Service service, Group group, Map<MapValue, MapValue> wanted, List<EndpointSlice> slices) {
        Map<MapValue, MapValue> left = new LinkedHashMap<>(wanted);
        List<EndpointSlice> unchanged = new ArrayList<>();
        List<List<MapValue>> changedContents = new ArrayList<>();
        List<EndpointSlice> changed = new ArrayList<>();
        for (EndpointSlice slice : slices) {
            List<MapValue> kept = new ArrayList<>();
            boolean same = true;
            ListValue before = slice.value().list("endpoints");
            for (int i = 0; i < before.size(); i++) {
                MapValue now = left.remove(identity(before.map(i)));
                same &= before.map(i).equals(now);
                if (now != null) {
                    kept.add(now);
                }
            }
            if (same && slice.labels().equals(labels(service))) {
                unchanged.add(slice);
            } else {
                changed.add(slice);
                changedContents.add(kept);
            }
        }
        List<MapValue> rest = new ArrayList<>(left.values());
        for (List<MapValue> contents : changedContents) {
            move(rest, contents);
        }
        if (!rest.isEmpty() && rest.size() <= CAPACITY) {
            EndpointSlice roomy = withRoom(unchanged, rest.size());
            if (roomy != null) {
                List<MapValue> contents = endpoints(roomy);
                move(rest, contents);
                update.add(changed(service, roomy, contents));
            }
        }
        while (!rest.isEmpty()) {
            List<MapValue> contents = new ArrayList<>();
            move(rest, contents);
            create.add(fresh(service, group.addressType, group.ports, contents));
        }
        for (int i = 0; i < changed.size(); i++) {
            if (changedContents.get(i).isEmpty()) {
                delete.add(changed.get(i));
            } else {
                update.add(changed(service, changed.get(i), changedContents.get(i)));
            }
        }
    }

    private static void move(List<MapValue> from, List<MapValue> to) {
        int count = Math.min(from.size(), CAPACITY - to.size());
        List<MapValue> moved = from.subList(0, count);
        to.addAll(moved);
        moved.clear();
    }

    /** The slice that becomes fullest by {@code count} endpoints more. */
    private static @Nullable EndpointSlice withRoom(List<EndpointSlice> slices, int count) {
        EndpointSlice best = null;
        int fullest = 0;
        for (EndpointSlice slice : slices) {
            int size = slice.value().list("endpoints").size();
            if (size + count <= CAPACITY && size >= fullest) {
                best = slice;
                fullest = size;
            }
        }
        return best;
    }

    /** A service without endpoints has one empty slice, so that consumers know it was looked at. */
    private void keepOne(Service service, String type, Collection<EndpointSlice> existing) {
        boolean some = create.stream().anyMatch(slice -> slice.addressType().equals(type))
                || existing.stream().anyMatch(slice -> slice.addressType().equals(type) && !delete.contains(slice));
        if (some) {
            return;
        }
        for (EndpointSlice slice : delete) {
            boolean placeholder = slice.addressType().equals(type)
                    && isOwned(slice, service)
                    && slice.value().list("endpoints").isEmpty()
                    && slice.value().list("ports").isEmpty()
                    && slice.labels().equals(labels(service));
            if (placeholder) {
                delete.remove(slice);
                return;
            }
        }
        create.add(fresh(service, type, ListValue.EMPTY, List.of()));
    }

    /** Makes a creation and a deletion of one kind into an update. */
    private void reuse(Service service) {
        for (EndpointSlice old : List.copyOf(delete)) {
            if (!isOwned(old, service)) {
                continue;
            }
            for (EndpointSlice fresh : create) {
                if (fresh.addressType().equals(old.addressType())) {
                    create.remove(fresh);
                    delete.remove(old);
                    update.add(changed(service, old, endpoints(fresh)).withPorts(fresh.ports()));
                    break;
                }
            }
        }
    }

    private static List<MapValue> endpoints(EndpointSlice slice) {
        List<MapValue> endpoints = new ArrayList<>();
        slice.endpoints().forEach(endpoint -> endpoints.add(endpoint.value()));
        return endpoints;
    }

    private static EndpointSlice changed(Service service, EndpointSlice slice, List<MapValue> endpoints) {
        return new EndpointSlice(slice.withMetadata(m -> m.withLabels(labels(service)))
                .value()
                .with("endpoints", ListValue.copyOf(endpoints)));
    }

    private static EndpointSlice fresh(Service service, String type, ListValue ports, List<MapValue> endpoints) {
        MapValue metadata = MapValue.of(
                "generateName",
                service.name() + "-",
                "namespace",
                service.namespace(),
                "labels",
                Views.values(labels(service)),
                "ownerReferences",
                ListValue.of(Owners.controllerReference(Service.KIND, service).value()));
        return new EndpointSlice(MapValue.of(
                "apiVersion",
                "discovery.k8s.io/v1",
                "kind",
                "EndpointSlice",
                "metadata",
                metadata,
                "addressType",
                type,
                "ports",
                ports,
                "endpoints",
                ListValue.copyOf(endpoints)));
    }

    private static Map<String, String> labels(Service service) {
        Map<String, String> labels = new HashMap<>(service.labels());
        labels.remove(HEADLESS);
        if (!PodEndpoints.hasClusterIp(service)) {
            labels.put(HEADLESS, "");
        }
        labels.put(SERVICE_NAME, service.name());
        labels.put(MANAGED_BY, CONTROLLER);
        return labels;
    }

    private static boolean isOwned(EndpointSlice slice, Service service) {
        return slice.metadata().ownerReferences().stream()
                .anyMatch(owner -> owner.uid().equals(service.uid()));
    }

    /** What makes two endpoints the same one, whatever their conditions. */
    private static MapValue identity(MapValue endpoint) {
        return MapValue.of(
                "addresses",
                endpoint.get("addresses"),
                "hostname",
                endpoint.string("hostname"),
                "uid",
                endpoint.map("targetRef").string("uid"));
    }
}
