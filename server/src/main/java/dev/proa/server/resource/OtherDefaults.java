package dev.proa.server.resource;

import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.api.value.MapValue.Builder;
import org.jspecify.annotations.Nullable;

/** Defaults of the smaller groups. */
final class OtherDefaults {
    private static final String RBAC = "rbac.authorization.k8s.io";

    private OtherDefaults() {}

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

    static MapValue networkPolicy(MapValue policy) {
        return policy.withMap("spec", spec -> {
            MapValue filled = spec;
            if (spec.list("policyTypes").isEmpty()) {
                filled = filled.with(
                        "policyTypes",
                        spec.list("egress").isEmpty() ? ListValue.of("Ingress") : ListValue.of("Ingress", "Egress"));
            }
            filled = Defaulter.of(filled).fill("podSelector", MapValue.EMPTY).done();
            filled = Values.withEach(filled, "ingress", OtherDefaults::policyRule);
            return Values.withEach(filled, "egress", OtherDefaults::policyRule);
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

    static MapValue roleBinding(MapValue binding) {
        MapValue filled = binding.withMap(
                "roleRef", ref -> Defaulter.of(ref).fill("apiGroup", RBAC).done());
        return Values.withEach(filled, "subjects", subject -> switch (subject.string("kind")) {
            case "User", "Group" -> Defaulter.of(subject).fill("apiGroup", RBAC).done();
            default -> subject;
        });
    }

    static MapValue priorityClass(MapValue priorityClass) {
        return Defaulter.of(priorityClass)
                .fillAbsent("preemptionPolicy", "PreemptLowerPriority")
                .done();
    }

    static MapValue storageClass(MapValue storageClass) {
        return Defaulter.of(storageClass)
                .fillAbsent("reclaimPolicy", "Delete")
                .fillAbsent("volumeBindingMode", "Immediate")
                .done();
    }

    static MapValue csiDriver(MapValue driver) {
        return driver.withMap("spec", spec -> {
            Defaulter defaulter = Defaulter.of(spec)
                    .fill("attachRequired", true)
                    .fill("podInfoOnMount", false)
                    .fill("storageCapacity", false)
                    .fillAbsent("fsGroupPolicy", "ReadWriteOnceWithFSType")
                    .fill("requiresRepublish", false)
                    .fill("seLinuxMount", false);
            if (spec.list("volumeLifecycleModes").isEmpty()) {
                defaulter.set("volumeLifecycleModes", ListValue.of("Persistent"));
            }
            return defaulter.done();
        });
    }

    static MapValue validatingWebhooks(MapValue configuration) {
        return Values.withEach(configuration, "webhooks", OtherDefaults::webhook);
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
        return Values.withEach(filled, "rules", OtherDefaults::rule);
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
            return Values.withIfPresent(filled, "matchConstraints", OtherDefaults::matchConstraints);
        });
    }

    static MapValue admissionPolicyBinding(MapValue binding) {
        return binding.withMap(
                "spec", spec -> Values.withIfPresent(spec, "matchResources", OtherDefaults::matchConstraints));
    }

    private static MapValue matchConstraints(MapValue match) {
        MapValue filled = Values.withEach(matchResources(match), "resourceRules", OtherDefaults::rule);
        return Values.withEach(filled, "excludeResourceRules", OtherDefaults::rule);
    }

    static MapValue flowSchema(MapValue schema) {
        return schema.withMap(
                "spec",
                spec -> Defaulter.of(spec).fillZero("matchingPrecedence", 1000).done());
    }

    static MapValue priorityLevel(MapValue level) {
        return level.withMap("spec", spec -> {
            MapValue filled = Values.withIfPresent(
                    spec,
                    "exempt",
                    exempt -> Defaulter.of(exempt)
                            .fill("nominalConcurrencyShares", 0L)
                            .fill("lendablePercent", 0L)
                            .done());
            return Values.withIfPresent(
                    filled,
                    "limited",
                    limited -> Defaulter.of(limited)
                            .fill("nominalConcurrencyShares", 30L)
                            .fill("lendablePercent", 0L)
                            .done()
                            .withMap(
                                    "limitResponse",
                                    response -> Values.withIfPresent(
                                            response,
                                            "queuing",
                                            queuing -> Defaulter.of(queuing)
                                                    .fillZero("handSize", 8)
                                                    .fillZero("queues", 64)
                                                    .fillZero("queueLengthLimit", 50)
                                                    .done())));
        });
    }

    /** Device requests of resource claims and of their templates. */
    static MapValue resourceClaimSpec(MapValue spec) {
        return spec.withMap(
                "devices",
                devices -> Values.withEach(devices, "requests", request -> {
                    MapValue filled = Values.withIfPresent(request, "exactly", OtherDefaults::deviceRequest);
                    return Values.withEach(filled, "firstAvailable", OtherDefaults::deviceRequest);
                }));
    }

    /** Attributes that are lists belong to a feature that is off by default, and are dropped then. */
    static MapValue resourceSlice(MapValue slice) {
        return slice.withMap(
                "spec",
                spec -> Values.withEach(spec, "devices", device -> {
                    MapValue attributes = device.map("attributes");
                    for (int i = 0; i < attributes.size(); i++) {
                        if (attributes.valueAt(i) instanceof MapValue value) {
                            MapValue plain = value.without("bools")
                                    .without("ints")
                                    .without("strings")
                                    .without("versions");
                            attributes = plain == value ? attributes : attributes.with(attributes.nameAt(i), plain);
                        }
                    }
                    return attributes == device.map("attributes") ? device : device.with("attributes", attributes);
                }));
    }

    private static MapValue deviceRequest(MapValue request) {
        MapValue filled = Values.withEach(
                Defaulter.of(request).fill("allocationMode", "ExactCount").done(),
                "tolerations",
                toleration -> Defaulter.of(toleration).fill("operator", "Equal").done());
        return filled.string("allocationMode").equals("ExactCount")
                ? Defaulter.of(filled).fillZero("count", 1).done()
                : filled;
    }

    static MapValue apiService(MapValue service) {
        return service.withMap(
                "spec",
                spec -> Values.withIfPresent(
                        spec,
                        "service",
                        reference -> Defaulter.of(reference).fill("port", 443L).done()));
    }

    static MapValue customResourceDefinition(MapValue definition) {
        return definition.withMap("spec", spec -> {
            MapValue filled = spec.withMap("names", names -> {
                Defaulter defaulter = Defaulter.of(names);
                String kind = names.string("kind");
                defaulter.fill("singular", kind.toLowerCase(java.util.Locale.ROOT));
                if (!kind.isEmpty()) {
                    defaulter.fill("listKind", kind + "List");
                }
                return defaulter.done();
            });
            return Defaulter.of(filled)
                    .fillAbsent("conversion", MapValue.of("strategy", "None"))
                    .done();
        });
    }

    static MapValue runtimeClass(MapValue runtimeClass) {
        return Values.withIfPresent(
                runtimeClass,
                "overhead",
                overhead -> Values.withIfPresent(overhead, "podFixed", PodDefaults::quantities));
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
