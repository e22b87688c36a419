package dev.proa.server.resource.network;

import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.api.value.MapValue.Builder;
import dev.proa.server.validation.Defaulter;
import dev.proa.server.validation.Values;
import org.jspecify.annotations.Nullable;

/** Defaults of services, endpoints and endpoint slices. */
final class ServiceDefaults {
    private ServiceDefaults() {}

    static MapValue service(MapValue service) {
        MapValue filled = service.withMap("spec", ServiceDefaults::serviceSpec);
        if (filled.map("spec").string("type").equals("LoadBalancer")
                && filled.at("status", "loadBalancer", "ingress") instanceof ListValue) {
            filled = filled.withMap(
                    "status",
                    status -> status.withMap(
                            "loadBalancer",
                            balancer -> Values.withEach(
                                    balancer,
                                    "ingress",
                                    ingress -> ingress.string("ip").isEmpty()
                                            ? ingress
                                            : Defaulter.of(ingress)
                                                    .fill("ipMode", "VIP")
                                                    .done())));
        }
        return filled;
    }

    private static MapValue serviceSpec(MapValue spec) {
        MapValue filled = Defaulter.of(spec)
                .fill("sessionAffinity", "None")
                .fill("type", "ClusterIP")
                .done();
        String type = filled.string("type");
        if (filled.string("sessionAffinity").equals("None")) {
            filled = filled.without("sessionAffinityConfig");
        } else if (filled.string("sessionAffinity").equals("ClientIP")
                && filled.at("sessionAffinityConfig", "clientIP", "timeoutSeconds") == null) {
            filled = filled.with(
                    "sessionAffinityConfig", MapValue.of("clientIP", MapValue.of("timeoutSeconds", 10800L)));
        }
        filled = Values.withEach(filled, "ports", ServiceDefaults::servicePort);
        boolean external = type.equals("NodePort")
                || type.equals("LoadBalancer")
                || type.equals("ClusterIP") && !filled.list("externalIPs").isEmpty();
        Defaulter defaulter = Defaulter.of(filled);
        if (external) {
            defaulter.fill("externalTrafficPolicy", "Cluster");
        }
        if (!type.equals("ExternalName")) {
            defaulter.fillAbsent("internalTrafficPolicy", "Cluster");
        }
        if (type.equals("LoadBalancer")) {
            defaulter.fill("allocateLoadBalancerNodePorts", true);
        }
        return defaulter.done();
    }

    private static MapValue servicePort(MapValue port) {
        Defaulter defaulter = Defaulter.of(port).fill("protocol", "TCP");
        Object target = port.get("targetPort");
        if (target == null || target.equals("") || target.equals(0L)) {
            defaulter.set("targetPort", port.integer("port", 0));
        }
        return defaulter.done();
    }

    static MapValue endpoints(MapValue endpoints) {
        return Values.withEach(
                endpoints,
                "subsets",
                subset -> Values.withEach(
                        subset,
                        "ports",
                        port -> Defaulter.of(port).fill("protocol", "TCP").done()));
    }

    static MapValue endpointSlice(MapValue slice) {
        return Values.withEach(slice, "ports", port -> {
            Builder builder = null;
            if (port.get("name") == null) {
                builder = port.toBuilder().put("name", "");
            }
            if (port.get("protocol") == null) {
                builder = (builder == null ? port.toBuilder() : builder).put("protocol", "TCP");
            }
            return builder == null ? port : builder.build();
        });
    }

    /** Drops the deprecated topology, unless the old object has it. */
    static MapValue withoutTopology(MapValue slice, @Nullable MapValue old) {
        if (old != null && hasTopology(old)) {
            return slice;
        }
        ListValue endpoints = slice.list("endpoints");
        for (int i = 0; i < endpoints.size(); i++) {
            endpoints = endpoints.with(i, endpoints.map(i).without("deprecatedTopology"));
        }
        return endpoints.isEmpty() ? slice : slice.with("endpoints", endpoints);
    }

    private static boolean hasTopology(MapValue slice) {
        ListValue endpoints = slice.list("endpoints");
        for (int i = 0; i < endpoints.size(); i++) {
            if (endpoints.map(i).has("deprecatedTopology")) {
                return true;
            }
        }
        return false;
    }
}
