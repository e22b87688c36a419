package dev.proa.server.resource.network;

import dev.proa.api.status.FieldError;
import dev.proa.api.status.Resource;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.server.store.Change;
import dev.proa.server.store.Key;
import dev.proa.server.store.Snapshot;
import dev.proa.server.store.Store;
import dev.proa.server.store.StoredObject;
import dev.proa.server.strategy.Allocation;
import dev.proa.server.validation.Errors;
import dev.proa.server.validation.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Allocates cluster addresses and node ports for one write of a service. Addresses are {@code IPAddress} objects, node ports a bitmap in one
 * object ({@link NodePorts}), both written with the service.
 */
final class ServiceAllocation implements Allocation {
    private final ServiceRanges ranges;
    private final Snapshot snapshot;
    private final @Nullable MapValue old;
    private MapValue object;
    private final boolean dryRun;

    private ServiceAllocation(
            ServiceRanges ranges, Snapshot snapshot, @Nullable MapValue old, MapValue object, boolean dryRun) {
        this.dryRun = dryRun;
        this.ranges = ranges;
        this.snapshot = snapshot;
        this.old = old;
        this.object = object;
    }

    /**
     * @param old null on create
     * @param dryRun whether a port out of range goes through: Kubernetes asks its allocator, which knows the range, only for what it stores
     */
    static ServiceAllocation of(
            ServiceRanges ranges, Snapshot snapshot, @Nullable MapValue old, MapValue object, boolean dryRun) {
        ServiceAllocation allocation = new ServiceAllocation(ranges, snapshot, old, object, dryRun);
        allocation.allocate();
        return allocation;
    }

    @Override
    public MapValue object() {
        return object;
    }

    @Override
    public StoredObject create(Store store, Key key, MapValue prepared) {
        return commit(store, new Change.Create(key, prepared), MapValue.EMPTY, prepared);
    }

    @Override
    public StoredObject update(Store store, StoredObject current, MapValue prepared) {
        return commit(store, new Change.Update(current.key(), current.revision(), prepared), current.value(), prepared);
    }

    private StoredObject commit(Store store, Change service, MapValue before, MapValue after) {
        List<String> hadAddresses = Services.addresses(before);
        List<String> hasAddresses = Services.addresses(after);
        List<Change> changes = new ArrayList<>();
        changes.add(service);
        ranges.allocate(service.key(), after, without(hasAddresses, hadAddresses), changes);
        ranges.release(service.key(), without(hadAddresses, hasAddresses), changes);
        List<Long> hadPorts = Services.nodePorts(before);
        List<Long> hasPorts = Services.nodePorts(after);
        NodePorts.change(without(hasPorts, hadPorts), without(hadPorts, hasPorts), changes);
        try {
            return Objects.requireNonNull(store.commit(changes).getFirst());
        } catch (Store.KeyExistsException e) {
            if (e.existing().key().equals(service.key())) {
                throw e;
            }
            throw new Store.RevisionConflictException(e.existing().key(), e.existing());
        }
    }

    /** Deletes a service, and releases what it had. */
    static StoredObject delete(ServiceRanges ranges, Store store, StoredObject current, MapValue last) {
        List<Change> changes = new ArrayList<>();
        changes.add(new Change.Delete(current.key(), current.revision(), last));
        ranges.release(current.key(), Services.addresses(current.value()), changes);
        NodePorts.change(List.of(), Services.nodePorts(current.value()), changes);
        return Objects.requireNonNull(store.commit(changes).getFirst());
    }

    private static <T> List<T> without(List<T> these, List<T> those) {
        List<T> rest = new ArrayList<>(these);
        rest.removeAll(those);
        return rest;
    }

    private void allocate() {
        MapValue before = old;
        MapValue spec = object.map("spec");
        if (before != null) {
            spec = Services.patched(spec, before.map("spec"));
        }
        spec = Services.normalizedAddresses(spec, before == null ? null : before.map("spec"));
        object = object.with("spec", spec);
        if (!Services.isExternalName(spec)) {
            familyFields();
            allocateAddresses();
        }
        if (Services.needsNodePorts(object.map("spec"))) {
            allocatePorts();
        }
        allocateHealthCheckPort();
    }

    private void familyFields() {
        MapValue spec = object.map("spec");
        MapValue before = old == null ? MapValue.EMPTY : old.map("spec");
        boolean headlessWithoutSelector =
                spec.string("clusterIP").equals("None") && spec.map("selector").isEmpty();
        if (spec.get("ipFamilyPolicy") == null) {
            String policy = before.string("ipFamilyPolicy");
            spec = spec.with(
                    "ipFamilyPolicy",
                    !policy.isEmpty() ? policy : headlessWithoutSelector ? "RequireDualStack" : "SingleStack");
        }
        object = object.with("spec", spec);
        Errors errors = new Errors();
        ServiceValidation.clusterAddresses(spec, old == null ? null : before, errors);
        failIfInvalid(errors);
        ListValue ips = spec.list("clusterIPs");
        ListValue families = spec.list("ipFamilies");
        Path path = Path.of("spec");
        boolean single = spec.string("ipFamilyPolicy").equals("SingleStack");
        if (single && ips.size() == 2) {
            errors.invalid(
                    path.child("ipFamilyPolicy"),
                    "SingleStack",
                    "must be 'RequireDualStack' or 'PreferDualStack' when multiple cluster IPs are specified");
        }
        if (single && families.size() == 2) {
            errors.invalid(
                    path.child("ipFamilyPolicy"),
                    "SingleStack",
                    "must be 'RequireDualStack' or 'PreferDualStack' when multiple IP families are specified");
        }
        for (int i = families.size(); i < ips.size() && !"None".equals(ips.get(i)); i++) {
            if (ServiceRanges.parse(String.valueOf(ips.get(i))) == null) {
                errors.invalid(path.child("clusterIPs").index(i), ips, "IPv6 is not configured on this cluster");
            } else {
                families = families.plus("IPv4");
            }
        }
        failIfInvalid(errors);
        if (headlessWithoutSelector) {
            families = families.isEmpty() ? ListValue.of("IPv4") : families;
            if (families.size() < 2 && !single) {
                families = families.plus("IPv4".equals(families.get(0)) ? "IPv6" : "IPv4");
            }
        } else {
            if (spec.string("ipFamilyPolicy").equals("RequireDualStack")) {
                errors.invalid(
                        path.child("ipFamilyPolicy"),
                        "RequireDualStack",
                        "this cluster is not configured for dual-stack services");
            }
            for (int i = 0; i < families.size(); i++) {
                if (!"IPv4".equals(families.get(i))) {
                    errors.invalid(
                            path.child("ipFamilies").index(i), families.get(i), "not configured on this cluster");
                }
            }
            failIfInvalid(errors);
            families = families.isEmpty() ? ListValue.of("IPv4") : families;
        }
        object = object.with("spec", spec.with("ipFamilies", families));
    }

    private void allocateAddresses() {
        MapValue spec = object.map("spec");
        if (spec.string("clusterIP").equals("None")) {
            return;
        }
        List<String> had = old == null ? List.of() : Services.addresses(old);
        String ip = spec.string("clusterIP");
        if (ip.isEmpty()) {
            String any = ranges.freeAddress(snapshot);
            if (any == null) {
                throw StatusException.internalError("failed to allocate a serviceIP for Service \""
                        + object.map("metadata").string("name") + "\": range is full");
            }
            object = object.with("spec", spec.with("clusterIP", any).with("clusterIPs", ListValue.of(any)));
        } else if (!had.contains(ip)) {
            String wrong = ranges.whyNot(ip, snapshot);
            if (wrong != null) {
                Errors errors = new Errors();
                errors.invalid(
                        Path.of("spec").child("clusterIPs"),
                        spec.list("clusterIPs"),
                        "failed to allocate IP " + ip + ": " + wrong);
                failIfInvalid(errors);
            }
        }
    }

    private void allocatePorts() {
        MapValue spec = object.map("spec");
        boolean allocate = Services.allocatesNodePorts(spec);
        List<Long> mine = new ArrayList<>(old == null ? List.of() : Services.nodePorts(old));
        ListValue ports = spec.list("ports");
        Map<Long, Long> byPort = new HashMap<>();
        for (int i = 0; i < ports.size(); i++) {
            MapValue port = ports.map(i);
            long asked = port.integer("nodePort", 0);
            if (asked == 0) {
                // On create, UDP and TCP entries of the same port share a node port.
                asked = old == null && allocate ? sharedNodePort(ports, port.integer("port", 0), byPort) : 0;
            }
            if (asked != 0) {
                if (!mine.contains(asked)) {
                    allocatePort(i, asked);
                    mine.add(asked);
                }
            } else if (allocate) {
                asked = ranges.freePort(snapshot, mine);
                if (asked < 0) {
                    throw StatusException.internalError("failed to allocate a nodePort: range is full");
                }
                mine.add(asked);
            } else {
                continue;
            }
            byPort.put(port.integer("port", 0), asked);
            ports = ports.with(i, port.with("nodePort", asked));
        }
        if (ports != spec.list("ports")) {
            object = object.with("spec", spec.with("ports", ports));
        }
    }

    private static long sharedNodePort(ListValue ports, long port, Map<Long, Long> byPort) {
        Long shared = byPort.get(port);
        if (shared != null) {
            return shared;
        }
        for (int i = 0; i < ports.size(); i++) {
            MapValue other = ports.map(i);
            if (other.integer("port", 0) == port && other.integer("nodePort", 0) != 0) {
                return other.integer("nodePort", 0);
            }
        }
        return 0;
    }

    private void allocatePort(int index, long port) {
        if (dryRun && !NodePorts.contains(port)) {
            return;
        }
        String wrong = NodePorts.whyNot(port, snapshot);
        if (wrong != null) {
            Errors errors = new Errors();
            errors.invalid(Path.of("spec").child("ports").index(index).child("nodePort"), port, wrong);
            failIfInvalid(errors);
        }
    }

    private void allocateHealthCheckPort() {
        MapValue spec = object.map("spec");
        if (!Services.needsHealthCheck(spec)) {
            return;
        }
        long asked = spec.integer("healthCheckNodePort", 0);
        if (asked != 0 && old != null && Services.nodePorts(old).contains(asked)) {
            return;
        }
        if (asked == 0) {
            long port = ranges.freePort(snapshot, Services.nodePorts(object));
            if (port < 0) {
                throw StatusException.internalError("failed to allocate a healthCheckNodePort: range is full");
            }
            object = object.with("spec", spec.with("healthCheckNodePort", port));
            return;
        }
        if (asked < 1 || asked > 65535 || dryRun && !NodePorts.contains(asked)) {
            return; // validation says so
        }
        String wrong = NodePorts.whyNot(asked, snapshot);
        if (wrong != null) {
            // Kubernetes answers 500 here, though it is the caller's mistake.
            Errors errors = new Errors();
            errors.invalid(Path.of("spec").child("healthCheckNodePort"), asked, wrong);
            failIfInvalid(errors);
        }
    }

    private void failIfInvalid(Errors errors) {
        List<FieldError> list = errors.toList();
        if (!list.isEmpty()) {
            throw StatusException.invalid(
                    new Resource("", "Service"), object.map("metadata").string("name"), list);
        }
    }
}
