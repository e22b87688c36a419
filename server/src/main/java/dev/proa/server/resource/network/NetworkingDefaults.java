package dev.proa.server.resource.network;

import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.server.validation.Defaulter;
import dev.proa.server.validation.Values;

/** Defaults of the group {@code networking.k8s.io}. */
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
}
