package dev.proa.server.resource.access;

import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.server.validation.Errors;
import dev.proa.server.validation.Formats;
import dev.proa.server.validation.Metadata;
import dev.proa.server.validation.NameRule;
import dev.proa.server.validation.Path;
import dev.proa.server.validation.Values;
import org.jspecify.annotations.Nullable;

/** Validates the resources of the group {@code rbac.authorization.k8s.io}. */
final class RbacValidation {
    private static final String RBAC = "rbac.authorization.k8s.io";

    private RbacValidation() {}

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
