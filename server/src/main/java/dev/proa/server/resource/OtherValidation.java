package dev.proa.server.resource;

import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import org.jspecify.annotations.Nullable;

/** Validation of the smaller groups. */
final class OtherValidation {
    private static final Path SPEC = Path.of("spec");
    private static final String RBAC = "rbac.authorization.k8s.io";

    private OtherValidation() {}

    static void disruptionBudget(MapValue budget, @Nullable MapValue old, Errors errors) {
        MapValue spec = budget.map("spec");
        Object min = spec.get("minAvailable");
        Object max = spec.get("maxUnavailable");
        if (min != null && max != null) {
            errors.invalid(SPEC, spec, "minAvailable and maxUnavailable cannot be both set");
        }
        WorkloadValidation.intOrPercent(SPEC.child("minAvailable"), min, errors);
        WorkloadValidation.notMoreThanAll(SPEC.child("minAvailable"), min, errors);
        WorkloadValidation.intOrPercent(SPEC.child("maxUnavailable"), max, errors);
        WorkloadValidation.notMoreThanAll(SPEC.child("maxUnavailable"), max, errors);
        Metadata.labelSelector(spec.map("selector"), SPEC.child("selector"), errors);
        if (spec.get("unhealthyPodEvictionPolicy") != null) {
            errors.oneOf(
                    SPEC.child("unhealthyPodEvictionPolicy"),
                    spec.get("unhealthyPodEvictionPolicy"),
                    "AlwaysAllow",
                    "IfHealthyBudget");
        }
    }

    static void priorityClass(MapValue priorityClass, @Nullable MapValue old, Errors errors) {
        String name = priorityClass.map("metadata").string("name");
        long value = priorityClass.integer("value", 0);
        boolean system = name.equals("system-cluster-critical") || name.equals("system-node-critical");
        if (name.startsWith("system-") && !system) {
            errors.forbidden(
                    Path.of("metadata").child("name"),
                    "priority class names with 'system-' prefix are reserved for system use only. error: priority class name is"
                            + " not a known system priority class");
        } else if (value > 1_000_000_000 && !system) {
            errors.forbidden(Path.of("value"), "maximum allowed value of a user defined priority is 1000000000");
        }
        if (old != null) {
            if (value != old.integer("value", 0)) {
                errors.forbidden(Path.of("value"), "may not be changed in an update.");
            }
            if (!Values.same(priorityClass.get("preemptionPolicy"), old.get("preemptionPolicy"))) {
                errors.invalid(
                        Path.of("preemptionPolicy"), priorityClass.get("preemptionPolicy"), "field is immutable");
            }
        }
    }

    static void storageClass(MapValue storageClass, @Nullable MapValue old, Errors errors) {
        String provisioner = storageClass.string("provisioner");
        if (provisioner.isEmpty()) {
            errors.required(Path.of("provisioner"), provisioner);
        }
        if (storageClass.get("reclaimPolicy") != null) {
            errors.oneOf(Path.of("reclaimPolicy"), storageClass.get("reclaimPolicy"), "Delete", "Retain");
        }
        if (storageClass.get("volumeBindingMode") != null) {
            errors.oneOf(
                    Path.of("volumeBindingMode"),
                    storageClass.get("volumeBindingMode"),
                    "Immediate",
                    "WaitForFirstConsumer");
        }
        if (old != null) {
            if (!Values.same(storageClass.get("parameters"), old.get("parameters"))) {
                errors.forbidden(Path.of("parameters"), "updates to parameters are forbidden.");
            }
            if (!provisioner.equals(old.string("provisioner"))) {
                errors.forbidden(Path.of("provisioner"), "updates to provisioner are forbidden.");
            }
            if (!Values.same(storageClass.get("reclaimPolicy"), old.get("reclaimPolicy"))) {
                errors.forbidden(Path.of("reclaimPolicy"), "updates to reclaimPolicy are forbidden.");
            }
            errors.immutable(
                    Path.of("volumeBindingMode"), storageClass.get("volumeBindingMode"), old.get("volumeBindingMode"));
        }
    }

    static void role(MapValue role, @Nullable MapValue old, Errors errors) {
        rules(role.list("rules"), true, errors);
    }

    static void clusterRole(MapValue role, @Nullable MapValue old, Errors errors) {
        rules(role.list("rules"), false, errors);
        ListValue selectors = role.map("aggregationRule").list("clusterRoleSelectors");
        if (role.get("aggregationRule") instanceof MapValue && selectors.isEmpty()) {
            errors.required(
                    Path.of("aggregationRule").child("clusterRoleSelectors"),
                    "at least one clusterRoleSelector required if aggregationRule is non-nil");
        }
    }

    private static void rules(ListValue rules, boolean namespaced, Errors errors) {
        for (int i = 0; i < rules.size(); i++) {
            MapValue rule = rules.map(i);
            Path path = Path.of("rules").index(i);
            if (rule.list("verbs").isEmpty()) {
                errors.required(path.child("verbs"), "verbs must contain at least one value");
            }
            ListValue urls = rule.list("nonResourceURLs");
            if (!urls.isEmpty()) {
                if (namespaced) {
                    errors.invalid(
                            path.child("nonResourceURLs"), urls, "namespaced rules cannot apply to non-resource URLs");
                }
                if (!rule.list("apiGroups").isEmpty()
                        || !rule.list("resources").isEmpty()
                        || !rule.list("resourceNames").isEmpty()) {
                    errors.invalid(
                            path.child("nonResourceURLs"),
                            urls,
                            "rules cannot apply to both regular resources and non-resource URLs");
                }
                continue;
            }
            if (rule.list("apiGroups").isEmpty()) {
                errors.required(path.child("apiGroups"), "resource rules must supply at least one api group");
            }
            if (rule.list("resources").isEmpty()) {
                errors.required(path.child("resources"), "resource rules must supply at least one resource");
            }
        }
    }

    static void roleBinding(MapValue binding, @Nullable MapValue old, Errors errors) {
        bindings(binding, true, old, errors);
    }

    static void clusterRoleBinding(MapValue binding, @Nullable MapValue old, Errors errors) {
        bindings(binding, false, old, errors);
    }

    private static void bindings(MapValue binding, boolean namespaced, @Nullable MapValue old, Errors errors) {
        MapValue ref = binding.map("roleRef");
        Path path = Path.of("roleRef");
        if (old != null && !Values.same(ref, old.map("roleRef"))) {
            errors.invalid(path, ref, "cannot change roleRef");
        }
        errors.oneOf(path.child("apiGroup"), ref.string("apiGroup"), RBAC);
        if (namespaced) {
            errors.oneOf(path.child("kind"), ref.string("kind"), "Role", "ClusterRole");
        } else {
            errors.oneOf(path.child("kind"), ref.string("kind"), "ClusterRole");
        }
        String name = ref.string("name");
        if (name.isEmpty()) {
            errors.required(path.child("name"), "");
        } else {
            errors.invalid(path.child("name"), name, NameRule.pathSegment(name, false));
        }
        ListValue subjects = binding.list("subjects");
        for (int i = 0; i < subjects.size(); i++) {
            subject(subjects.map(i), namespaced, Path.of("subjects").index(i), errors);
        }
    }

    private static void subject(MapValue subject, boolean namespaced, Path path, Errors errors) {
        String name = subject.string("name");
        if (name.isEmpty()) {
            errors.required(path.child("name"), "");
        }
        String kind = subject.string("kind");
        String group = subject.string("apiGroup");
        switch (kind) {
            case "ServiceAccount" -> {
                if (!name.isEmpty()) {
                    errors.invalid(path.child("name"), name, Formats.dnsSubdomain(name));
                }
                if (!group.isEmpty()) {
                    errors.notSupported(path.child("apiGroup"), group, "");
                }
                if (!namespaced && subject.string("namespace").isEmpty()) {
                    errors.required(path.child("namespace"), "");
                }
            }
            case "User", "Group" -> errors.oneOf(path.child("apiGroup"), group, RBAC);
            default -> errors.notSupported(path.child("kind"), kind, "ServiceAccount", "User", "Group");
        }
    }

    static void ingress(MapValue ingress, @Nullable MapValue old, Errors errors) {
        MapValue spec = ingress.map("spec");
        if (spec.list("rules").isEmpty() && spec.get("defaultBackend") == null) {
            errors.invalid(SPEC, spec, "either `defaultBackend` or `rules` must be specified");
        }
        if (spec.get("defaultBackend") instanceof MapValue backend) {
            backend(backend, SPEC.child("defaultBackend"), errors);
        }
        ListValue rules = spec.list("rules");
        for (int i = 0; i < rules.size(); i++) {
            Path path = SPEC.child("rules").index(i);
            String host = rules.map(i).string("host");
            if (!host.isEmpty()) {
                errors.invalid(
                        path.child("host"),
                        host,
                        host.contains("*") ? Formats.wildcardSubdomain(host) : Formats.dnsSubdomain(host));
            }
            if (!(rules.map(i).get("http") instanceof MapValue http)) {
                continue;
            }
            Path pathsPath = path.child("http").child("paths");
            if (http.list("paths").isEmpty()) {
                errors.required(pathsPath, "");
            }
            for (int p = 0; p < http.list("paths").size(); p++) {
                ingressPath(http.list("paths").map(p), pathsPath.index(p), errors);
            }
        }
        if (spec.get("ingressClassName") instanceof String name) {
            errors.invalid(SPEC.child("ingressClassName"), name, Formats.dnsSubdomain(name));
        }
    }

    private static void ingressPath(MapValue rule, Path path, Errors errors) {
        if (rule.get("pathType") == null) {
            errors.required(path.child("pathType"), "pathType must be specified");
            return;
        } else {
            errors.oneOf(path.child("pathType"), rule.get("pathType"), "Exact", "ImplementationSpecific", "Prefix");
        }
        String value = rule.string("path");
        String type = rule.string("pathType");
        if ((type.equals("Exact") || type.equals("Prefix")) && !value.startsWith("/")) {
            errors.invalid(path.child("path"), value, "must be an absolute path");
        }
        backend(rule.map("backend"), path.child("backend"), errors);
    }

    private static void backend(MapValue backend, Path path, Errors errors) {
        boolean resource = backend.get("resource") != null;
        if (!(backend.get("service") instanceof MapValue service)) {
            if (!resource) {
                errors.invalid(path, "", "resource or service backend is required");
            }
            return;
        }
        if (resource) {
            errors.invalid(path, "", "cannot set both resource and service backends");
            return;
        }
        String name = service.string("name");
        Path at = path.child("service");
        if (name.isEmpty()) {
            errors.required(at.child("name"), "");
        } else {
            errors.invalid(at.child("name"), name, Formats.dns1035Label(name));
        }
        MapValue port = service.map("port");
        boolean named = !port.string("name").isEmpty();
        long number = port.integer("number", 0);
        if (named && number != 0) {
            errors.invalid(at.child("port"), port, "cannot set both port name & port number");
        } else if (named) {
            errors.invalid(at.child("port").child("name"), port.string("name"), Formats.portName(port.string("name")));
        } else if (number != 0) {
            errors.invalid(at.child("port").child("number"), number, Formats.portNumber(number));
        } else {
            errors.required(at.child("port"), "port name or number is required");
        }
    }

    static void networkPolicy(MapValue policy, @Nullable MapValue old, Errors errors) {
        MapValue spec = policy.map("spec");
        Metadata.labelSelector(spec.map("podSelector"), SPEC.child("podSelector"), errors);
        policyRules(spec.list("ingress"), "from", SPEC.child("ingress"), errors);
        policyRules(spec.list("egress"), "to", SPEC.child("egress"), errors);
        ListValue types = spec.list("policyTypes");
        for (int i = 0; i < types.size(); i++) {
            errors.oneOf(SPEC.child("policyTypes").index(i), types.get(i), "Ingress", "Egress");
        }
    }

    private static void policyRules(ListValue rules, String peers, Path path, Errors errors) {
        for (int i = 0; i < rules.size(); i++) {
            Path at = path.index(i);
            ListValue ports = rules.map(i).list("ports");
            for (int p = 0; p < ports.size(); p++) {
                Path portPath = at.child("ports").index(p);
                errors.oneOf(portPath.child("protocol"), ports.map(p).get("protocol"), "TCP", "UDP", "SCTP");
                if (ports.map(p).get("port") != null) {
                    ServiceValidation.portNumberOrName(
                            portPath.child("port"), ports.map(p).get("port"), errors);
                }
            }
            ListValue list = rules.map(i).list(peers);
            for (int p = 0; p < list.size(); p++) {
                MapValue peer = list.map(p);
                Path peerPath = at.child(peers).index(p);
                boolean selected = peer.get("podSelector") != null || peer.get("namespaceSelector") != null;
                if (peer.get("ipBlock") instanceof MapValue block) {
                    Addresses.checkCidr(peerPath.child("ipBlock").child("cidr"), block.string("cidr"), errors);
                    if (selected) {
                        errors.forbidden(peerPath, "may not specify both ipBlock and another peer");
                    }
                } else if (!selected) {
                    errors.required(peerPath, "must specify a peer");
                }
            }
        }
    }

    static void resourceQuota(MapValue quota, @Nullable MapValue old, Errors errors) {
        MapValue hard = quota.map("spec").map("hard");
        for (int i = 0; i < hard.size(); i++) {
            Path path = SPEC.child("hard").key(hard.nameAt(i));
            dev.proa.api.value.Quantity quantity = PodValidation.quantity(hard.valueAt(i));
            errors.invalid(path, hard.nameAt(i), Formats.qualifiedName(hard.nameAt(i)));
            if (quantity != null && quantity.signum() < 0) {
                errors.invalid(path, quantity.toString(), "must be greater than or equal to 0");
            }
        }
    }
}
