package dev.proa.server.resource;

import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.api.value.MapValue.Builder;
import org.jspecify.annotations.Nullable;

/** Defaults of the groups {@code networking.k8s.io} and {@code discovery.k8s.io}. */
final class NetworkingDefaults {
    private NetworkingDefaults() {}

    static MapValue networkPolicy(MapValue policy) {
        return policy.withMap("spec", spec -> {
            MapValue filled = spec;
            if (spec.list("policyTypes").isEmpty()) {
                filled = filled.with(
                        "policyTypes",
                        spec.list("egress").isEmpty() ? ListValue.of("Ingress") : ListValue.of("Ingress", "Egress"));
            }
            filled = Defaulter.of(filled).fill("podSelector", MapValue.EMPTY).done();
            filled = Values.withEach(filled, "ingress", NetworkingDefaults::policyRule);
            return Values.withEach(filled, "egress", NetworkingDefaults::policyRule);
        });
    }

    private static MapValue policyRule(MapValue rule) {
        return Values.withEach(
                rule,
                "ports",
                port -> Defaulter.of(port).fillAbsent("protocol", "TCP").done());
    }

    static MapValue ingressClass(MapValue ingressClass) {
        return Values.withIfPresent(
                ingressClass,
                "spec",
                spec -> Values.withIfPresent(
                        spec,
                        "parameters",
                        parameters -> Defaulter.of(parameters)
                                .fillAbsent("scope", "Cluster")
                                .done()));
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

    /** The topology of the first versions is not let in any more. */
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
