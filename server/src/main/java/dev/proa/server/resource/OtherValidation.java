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
        Object policy = priorityClass.get("preemptionPolicy");
        if (policy != null && old == null) {
            if (policy.equals("")) {
                errors.required(Path.of("preemptionPolicy"), "");
            } else {
                errors.oneOf(Path.of("preemptionPolicy"), policy, "PreemptLowerPriority", "Never");
            }
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

    static void apiService(MapValue service, @Nullable MapValue old, Errors errors) {
        Fields spec = Fields.of(service, "spec", errors);
        String group = spec.text("group");
        String version = spec.text("version");
        String name = service.map("metadata").string("name");
        String wanted = version + "." + group;
        if (!name.isEmpty() && NameRule.pathSegment(name, false).isEmpty() && !name.equals(wanted)) {
            errors.invalid(
                    Path.of("metadata").child("name"),
                    name,
                    "must be `spec.version+\".\"+spec.group`: " + dev.proa.api.status.GoText.quote(wanted));
        }
        if (group.isEmpty() && !version.equals("v1")) {
            spec.required("group", "only v1 may have an empty group and it better be legacy kube");
        }
        spec.form("group", Formats::dnsSubdomain);
        errors.invalid(spec.at("version"), version, Formats.dns1035Label(version));
        priority(spec, "groupPriorityMinimum", 20_000);
        priority(spec, "versionPriority", 1000);
        boolean insecure = spec.map.bool("insecureSkipTLSVerify");
        boolean bundle = !spec.text("caBundle").isEmpty();
        if (spec.has("service")) {
            Webhooks.reference(spec.in("service"), "name", "namespace");
            if (insecure && bundle) {
                spec.invalid("insecureSkipTLSVerify", "may not be true if caBundle is present");
            }
            return;
        }
        if (bundle) {
            int bytes = java.util.Base64.getMimeDecoder().decode(spec.text("caBundle")).length;
            errors.invalid(spec.at("caBundle"), bytes + " bytes", "local APIServices may not have a caBundle");
        }
        if (insecure) {
            spec.invalid("insecureSkipTLSVerify", "local APIServices may not have insecureSkipTLSVerify");
        }
    }

    private static void priority(Fields spec, String name, int most) {
        long value = spec.number(name);
        if (value <= 0 || value > most) {
            spec.errors.invalid(spec.at(name), value, "must be positive and less than " + most);
        }
    }

    static void role(MapValue role, @Nullable MapValue old, Errors errors) {
        rules(role.list("rules"), true, errors);
    }

    static void clusterRole(MapValue role, @Nullable MapValue old, Errors errors) {
        rules(role.list("rules"), false, errors);
        ListValue selectors = role.map("aggregationRule").list("clusterRoleSelectors");
        for (int i = 0; i < selectors.size(); i++) {
            Path path = Path.of("aggregationRule").child("clusterRoleSelectors").index(i);
            int before = errors.size();
            Metadata.labelSelector(selectors.map(i), path, errors);
            if (errors.size() > before) {
                errors.invalid(path, selectors.map(i), "invalid label selector.");
            }
        }
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
}
