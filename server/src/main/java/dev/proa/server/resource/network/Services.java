package dev.proa.server.resource.network;

import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.server.validation.Values;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Rules that depend on the type of a service, what an update inherits from the old object, and what is allocated to a service. */
final class Services {
    private Services() {}

    static boolean isExternalName(MapValue spec) {
        return spec.string("type").equals("ExternalName");
    }

    static boolean needsClusterAddress(MapValue spec) {
        return !isExternalName(spec);
    }

    static boolean needsNodePorts(MapValue spec) {
        String type = spec.string("type");
        return type.equals("NodePort") || type.equals("LoadBalancer");
    }

    static boolean allocatesNodePorts(MapValue spec) {
        return spec.string("type").equals("NodePort")
                || spec.string("type").equals("LoadBalancer")
                        && !Boolean.FALSE.equals(spec.get("allocateLoadBalancerNodePorts"));
    }

    static boolean needsHealthCheck(MapValue spec) {
        return spec.string("type").equals("LoadBalancer")
                && spec.string("externalTrafficPolicy").equals("Local");
    }

    static boolean isExternallyAccessible(MapValue spec) {
        return needsNodePorts(spec)
                || spec.string("type").equals("ClusterIP")
                        && !spec.list("externalIPs").isEmpty();
    }

    /** Fills in the allocated fields that the client left out of an update. */
    static MapValue patched(MapValue spec, MapValue old) {
        MapValue patched = spec;
        if (needsClusterAddress(old) && needsClusterAddress(spec)) {
            if (spec.string("clusterIP").isEmpty() && old.has("clusterIP")) {
                patched = patched.with("clusterIP", old.get("clusterIP"));
            }
            if (spec.list("clusterIPs").isEmpty() && !old.list("clusterIPs").isEmpty()) {
                patched = patched.with("clusterIPs", old.get("clusterIPs"));
            }
        }
        if (needsNodePorts(old) && needsNodePorts(spec)) {
            patched = patchedNodePorts(patched, old);
        }
        if (needsHealthCheck(old)
                && needsHealthCheck(spec)
                && spec.integer("healthCheckNodePort", 0) == 0
                && old.has("healthCheckNodePort")) {
            patched = patched.with("healthCheckNodePort", old.get("healthCheckNodePort"));
        }
        return patched;
    }

    private static MapValue patchedNodePorts(MapValue spec, MapValue old) {
        Set<Long> used = portsOf(old);
        used.retainAll(portsOf(spec));
        Map<String, Long> byName = new HashMap<>();
        for (int i = 0; i < old.list("ports").size(); i++) {
            MapValue port = old.list("ports").map(i);
            byName.put(port.string("name"), port.integer("nodePort", 0));
        }
        return Values.withEach(spec, "ports", port -> {
            Long before = byName.get(port.string("name"));
            return port.integer("nodePort", 0) == 0 && before != null && before != 0 && !used.contains(before)
                    ? port.with("nodePort", before)
                    : port;
        });
    }

    private static Set<Long> portsOf(MapValue spec) {
        Set<Long> ports = new HashSet<>();
        for (int i = 0; i < spec.list("ports").size(); i++) {
            long port = spec.list("ports").map(i).integer("nodePort", 0);
            if (port != 0) {
                ports.add(port);
            }
        }
        return ports;
    }

    /** Keeps {@code clusterIP} and {@code clusterIPs} in step for clients that know only the former. */
    static MapValue normalizedAddresses(MapValue spec, @Nullable MapValue old) {
        String ip = spec.string("clusterIP");
        if (old == null) {
            return !ip.isEmpty() && spec.list("clusterIPs").isEmpty()
                    ? spec.with("clusterIPs", ListValue.of(ip))
                    : spec;
        }
        MapValue normalized = spec;
        String before = old.string("clusterIP");
        ListValue beforeAll = old.list("clusterIPs");
        if (!beforeAll.isEmpty() && spec.list("clusterIPs").isEmpty() && before.equals(ip)) {
            normalized = normalized.with("clusterIPs", beforeAll);
        }
        if (!before.equals(ip) && Values.same(normalized.get("clusterIPs"), old.get("clusterIPs"))) {
            normalized =
                    ip.isEmpty() ? normalized.without("clusterIPs") : normalized.with("clusterIPs", ListValue.of(ip));
        }
        return normalized;
    }

    /** Drops what the old type had been given and the new type does not have, unless the client changed it too. */
    static MapValue withoutForeignFields(MapValue service, MapValue oldService) {
        MapValue spec = service.map("spec");
        MapValue old = oldService.map("spec");
        MapValue result = spec;
        if (needsClusterAddress(old) && !needsClusterAddress(spec)) {
            if (Values.same(spec.get("clusterIP"), old.get("clusterIP"))
                    && Values.same(spec.get("clusterIPs"), old.get("clusterIPs"))) {
                result = result.without("clusterIP").without("clusterIPs");
            }
            result = dropIfSame(result, old, "ipFamilies");
            result = dropIfSame(result, old, "ipFamilyPolicy");
        }
        if (needsNodePorts(old) && !needsNodePorts(spec) && portsOf(old).equals(portsOf(spec))) {
            result = Values.withEach(result, "ports", port -> port.without("nodePort"));
        }
        if (needsHealthCheck(old) && !needsHealthCheck(spec)) {
            result = dropIfSame(result, old, "healthCheckNodePort");
        }
        if (old.string("type").equals("LoadBalancer") && !spec.string("type").equals("LoadBalancer")) {
            result = dropIfSame(result, old, "allocateLoadBalancerNodePorts");
            result = dropIfSame(result, old, "loadBalancerClass");
        }
        if (isExternallyAccessible(old) && !isExternallyAccessible(spec)) {
            result = dropIfSame(result, old, "externalTrafficPolicy");
        }
        if (isExternalName(spec)) {
            result = dropIfSame(result, old, "internalTrafficPolicy");
        }
        MapValue changed = service.with("spec", result);
        return spec.string("type").equals("LoadBalancer")
                ? changed
                : changed.withMap("status", status -> status.with("loadBalancer", MapValue.EMPTY));
    }

    private static MapValue dropIfSame(MapValue spec, MapValue old, String name) {
        return Values.same(spec.get(name), old.get(name)) ? spec.without(name) : spec;
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
}
