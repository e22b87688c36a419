package dev.proa.server.resource;

import dev.proa.api.status.FieldError;
import dev.proa.api.status.Resource;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Allocates cluster addresses and node ports for one write of a service. */
final class ServiceAllocation implements Allocation {
    private final ServiceRanges ranges;
    private final ServiceRanges.Transaction transaction;
    private final @Nullable MapValue old;
    private MapValue object;
    private final boolean dryRun;
    private boolean committed;

    private ServiceAllocation(ServiceRanges ranges, @Nullable MapValue old, MapValue object, boolean dryRun) {
        this.dryRun = dryRun;
        this.ranges = ranges;
        this.transaction = ranges.new Transaction();
        this.old = old;
        this.object = object;
    }

    /**
     * @param old null on create
     * @param dryRun whether a port out of range goes through: Kubernetes asks its allocator, which knows the range, only for what it stores
     */
    static ServiceAllocation of(ServiceRanges ranges, @Nullable MapValue old, MapValue object, boolean dryRun) {
        ServiceAllocation allocation = new ServiceAllocation(ranges, old, object, dryRun);
        try {
            allocation.allocate();
            return allocation;
        } catch (StatusException e) {
            allocation.close();
            throw e;
        }
    }

    @Override
    public MapValue object() {
        return object;
    }

    @Override
    public void commit() {
        committed = true;
        transaction.commit();
        if (old != null) {
            // What the new type has no use for is still in the object; the strategy drops it after this.
            MapValue spec = object.map("spec");
            List<String> ips = new ArrayList<>(addresses(old));
            if (Services.needsClusterAddress(spec)) {
                ips.removeAll(addresses(object));
            }
            List<Long> ports = new ArrayList<>(nodePorts(old));
            if (Services.needsNodePorts(spec)) {
                ports.removeAll(nodePorts(object));
            }
            ranges.release(ips, ports);
        }
    }

    @Override
    public void close() {
        if (!committed) {
            transaction.close();
        }
    }

    /** The cluster addresses that a service has. */
    static List<String> addresses(MapValue service) {
        MapValue spec = service.map("spec");
        List<String> addresses = new ArrayList<>();
        for (Object ip : spec.list("clusterIPs")) {
            if (ip instanceof String text && !text.equals("None")) {
                addresses.add(text);
            }
        }
        String single = spec.string("clusterIP");
        if (!single.isEmpty() && !single.equals("None") && !addresses.contains(single)) {
            addresses.add(single);
        }
        return addresses;
    }

    /** The node ports that a service has, each once. */
    static List<Long> nodePorts(MapValue service) {
        MapValue spec = service.map("spec");
        List<Long> ports = new ArrayList<>();
        for (int i = 0; i < spec.list("ports").size(); i++) {
            long port = spec.list("ports").map(i).integer("nodePort", 0);
            if (port != 0 && !ports.contains(port)) {
                ports.add(port);
            }
        }
        long health = spec.integer("healthCheckNodePort", 0);
        if (health != 0 && !ports.contains(health)) {
            ports.add(health);
        }
        return ports;
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
        List<String> had = old == null ? List.of() : addresses(old);
        String ip = spec.string("clusterIP");
        if (ip.isEmpty()) {
            String any = transaction.anyAddress();
            if (any == null) {
                throw StatusException.internalError("failed to allocate a serviceIP for Service \""
                        + object.map("metadata").string("name") + "\": range is full");
            }
            object = object.with("spec", spec.with("clusterIP", any).with("clusterIPs", ListValue.of(any)));
        } else if (!had.contains(ip)) {
            String wrong = transaction.address(ip);
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
        List<Long> mine = new ArrayList<>(old == null ? List.of() : nodePorts(old));
        ListValue ports = spec.list("ports");
        Map<Long, Long> byPort = new HashMap<>();
        for (int i = 0; i < ports.size(); i++) {
            MapValue port = ports.map(i);
            long asked = port.integer("nodePort", 0);
            if (asked == 0) {
                // The same port for UDP and TCP shares a node port on creation, as what another entry asked for.
                asked = old == null && allocate ? sharedNodePort(ports, port.integer("port", 0), byPort) : 0;
            }
            if (asked != 0) {
                if (!mine.contains(asked)) {
                    allocatePort(i, asked);
                    mine.add(asked);
                }
            } else if (allocate) {
                asked = transaction.anyPort();
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
        if (dryRun && !ServiceRanges.isNodePort(port)) {
            return;
        }
        String wrong = transaction.port(port);
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
        if (asked != 0 && old != null && nodePorts(old).contains(asked)) {
            return;
        }
        if (asked == 0) {
            object = object.with("spec", spec.with("healthCheckNodePort", transaction.anyPort()));
            return;
        }
        if (asked < 1 || asked > 65535 || dryRun && !ServiceRanges.isNodePort(asked)) {
            return; // validation says so
        }
        String wrong = transaction.port(asked);
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
