package dev.proa.server.resource.extension;

import dev.proa.api.value.MapValue;
import dev.proa.server.validation.Defaulter;
import dev.proa.server.validation.Values;

/** Defaults of the group {@code admissionregistration.k8s.io}. */
final class AdmissionDefaults {
    private AdmissionDefaults() {}

    static MapValue validatingWebhooks(MapValue configuration) {
        return Values.withEach(configuration, "webhooks", AdmissionDefaults::webhook);
    }

    static MapValue mutatingWebhooks(MapValue configuration) {
        return Values.withEach(
                configuration,
                "webhooks",
                webhook -> Defaulter.of(webhook(webhook))
                        .fillAbsent("reinvocationPolicy", "Never")
                        .done());
    }

    private static MapValue webhook(MapValue webhook) {
        MapValue filled = matchResources(webhook);
        filled = Defaulter.of(filled)
                .fillAbsent("failurePolicy", "Fail")
                .fill("timeoutSeconds", 10L)
                .done();
        filled = filled.withMap(
                "clientConfig",
                config -> Values.withIfPresent(
                        config,
                        "service",
                        service -> Defaulter.of(service).fill("port", 443L).done()));
        return Values.withEach(filled, "rules", AdmissionDefaults::rule);
    }

    private static MapValue rule(MapValue rule) {
        return Defaulter.of(rule).fillAbsent("scope", "*").done();
    }

    private static MapValue matchResources(MapValue match) {
        return Defaulter.of(match)
                .fillAbsent("matchPolicy", "Equivalent")
                .fill("namespaceSelector", MapValue.EMPTY)
                .fill("objectSelector", MapValue.EMPTY)
                .done();
    }

    static MapValue admissionPolicy(MapValue policy) {
        return policy.withMap("spec", spec -> {
            MapValue filled =
                    Defaulter.of(spec).fillAbsent("failurePolicy", "Fail").done();
            return Values.withIfPresent(filled, "matchConstraints", AdmissionDefaults::matchConstraints);
        });
    }

    static MapValue admissionPolicyBinding(MapValue binding) {
        return binding.withMap(
                "spec", spec -> Values.withIfPresent(spec, "matchResources", AdmissionDefaults::matchConstraints));
    }

    private static MapValue matchConstraints(MapValue match) {
        MapValue filled = Values.withEach(matchResources(match), "resourceRules", AdmissionDefaults::rule);
        return Values.withEach(filled, "excludeResourceRules", AdmissionDefaults::rule);
    }
}
