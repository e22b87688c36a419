package dev.proa.server.resource.pod;

import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.server.validation.Errors;
import dev.proa.server.validation.Formats;
import dev.proa.server.validation.Metadata;
import dev.proa.server.validation.Path;
import java.util.HashSet;
import java.util.Set;

/** Validates affinity, topology spread constraints, tolerations and gates of a pod spec. */
public final class SchedulingValidation {
    private static final String REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution";
    private static final String PREFERRED = "preferredDuringSchedulingIgnoredDuringExecution";
    private static final String NO_OPERATOR = "not a valid selector operator";

    private SchedulingValidation() {}

    static void affinity(MapValue affinity, Path path, Errors errors) {
        nodeAffinity(affinity.map("nodeAffinity"), path.child("nodeAffinity"), errors);
        podAffinity(affinity.map("podAffinity"), path.child("podAffinity"), errors);
        podAffinity(affinity.map("podAntiAffinity"), path.child("podAntiAffinity"), errors);
    }

    private static void nodeAffinity(MapValue affinity, Path path, Errors errors) {
        if (affinity.get(REQUIRED) instanceof MapValue required) {
            nodeSelector(required, path.child(REQUIRED), errors);
        }
        ListValue preferred = affinity.list(PREFERRED);
        for (int i = 0; i < preferred.size(); i++) {
            Path at = path.child(PREFERRED).index(i);
            weight(preferred.map(i), at, errors);
            nodeTerm(preferred.map(i).map("preference"), false, at.child("preference"), errors);
        }
    }

    /** Validates a node selector. */
    public static void nodeSelector(MapValue selector, Path path, Errors errors) {
        Path at = path.child("nodeSelectorTerms");
        ListValue terms = selector.list("nodeSelectorTerms");
        if (terms.isEmpty()) {
            errors.required(at, "must have at least one node selector term");
        }
        for (int i = 0; i < terms.size(); i++) {
            nodeTerm(terms.map(i), true, at.index(i), errors);
        }
    }

    private static void weight(MapValue term, Path path, Errors errors) {
        long weight = term.integer("weight", 0);
        if (weight <= 0 || weight > 100) {
            errors.invalid(path.child("weight"), weight, "must be in the range 1-100");
        }
    }

    private static void nodeTerm(MapValue term, boolean checkValues, Path path, Errors errors) {
        ListValue expressions = term.list("matchExpressions");
        for (int i = 0; i < expressions.size(); i++) {
            expression(
                    expressions.map(i),
                    checkValues,
                    path.child("matchExpressions").index(i),
                    errors);
        }
        ListValue fields = term.list("matchFields");
        for (int i = 0; i < fields.size(); i++) {
            field(fields.map(i), path.child("matchFields").index(i), errors);
        }
    }

    private static void expression(MapValue expression, boolean checkValues, Path path, Errors errors) {
        String operator = expression.string("operator");
        ListValue values = expression.list("values");
        Path valuesPath = path.child("values");
        switch (operator) {
            case "In", "NotIn" -> {
                if (values.isEmpty()) {
                    errors.required(valuesPath, "must be specified when `operator` is 'In' or 'NotIn'");
                }
            }
            case "Exists", "DoesNotExist" -> {
                if (!values.isEmpty()) {
                    errors.forbidden(valuesPath, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
                }
            }
            case "Gt", "Lt" -> {
                if (values.size() != 1) {
                    errors.required(valuesPath, "must be specified single value when `operator` is 'Lt' or 'Gt'");
                }
            }
            default -> errors.invalid(path.child("operator"), operator, NO_OPERATOR);
        }
        String key = expression.string("key");
        errors.invalid(path.child("key"), key, Formats.qualifiedName(key));
        for (int i = 0; i < values.size() && checkValues; i++) {
            if (values.get(i) instanceof String value) {
                errors.invalid(valuesPath.index(i), value, Formats.labelValue(value));
            }
        }
    }

    private static void field(MapValue requirement, Path path, Errors errors) {
        String operator = requirement.string("operator");
        ListValue values = requirement.list("values");
        if (!operator.equals("In") && !operator.equals("NotIn")) {
            errors.invalid(path.child("operator"), operator, NO_OPERATOR);
        } else if (values.size() != 1) {
            errors.required(
                    path.child("values"),
                    "must be only one value when `operator` is 'In' or 'NotIn' for node field selector");
        }
        String key = requirement.string("key");
        if (!key.equals("metadata.name")) {
            errors.invalid(path.child("key"), key, "not a valid field selector key");
            return;
        }
        for (int i = 0; i < values.size(); i++) {
            if (values.get(i) instanceof String value) {
                errors.invalid(path.child("values").index(i), value, Formats.dnsSubdomain(value));
            }
        }
    }

    private static void podAffinity(MapValue affinity, Path path, Errors errors) {
        ListValue required = affinity.list(REQUIRED);
        for (int i = 0; i < required.size(); i++) {
            podTerm(required.map(i), path.child(REQUIRED).index(i), errors);
        }
        ListValue preferred = affinity.list(PREFERRED);
        for (int i = 0; i < preferred.size(); i++) {
            Path at = path.child(PREFERRED).index(i);
            weight(preferred.map(i), at, errors);
            podTerm(preferred.map(i).map("podAffinityTerm"), at.child("podAffinityTerm"), errors);
        }
    }

    private static void podTerm(MapValue term, Path path, Errors errors) {
        Metadata.labelSelector(term.map("labelSelector"), path.child("labelSelector"), errors);
        Metadata.labelSelector(term.map("namespaceSelector"), path.child("namespaceSelector"), errors);
        ListValue namespaces = term.list("namespaces");
        for (int i = 0; i < namespaces.size(); i++) {
            if (namespaces.get(i) instanceof String name) {
                errors.invalid(path.child("namespace"), name, Formats.dnsLabel(name));
            }
        }
        boolean selects = term.get("labelSelector") != null;
        matchLabelKeys(term.list("matchLabelKeys"), selects, path.child("matchLabelKeys"), errors);
        matchLabelKeys(term.list("mismatchLabelKeys"), selects, path.child("mismatchLabelKeys"), errors);
        ListValue keys = term.list("matchLabelKeys");
        keysOfSelector(keys, term.map("labelSelector"), path, errors);
        for (int i = 0; i < keys.size(); i++) {
            if (term.list("mismatchLabelKeys").contains(keys.get(i))) {
                errors.invalid(
                        path.child("matchLabelKeys").index(i),
                        keys.get(i),
                        "exists in both matchLabelKeys and mismatchLabelKeys");
            }
        }
        String key = term.string("topologyKey");
        if (key.isEmpty()) {
            errors.required(path.child("topologyKey"), "can not be empty");
        }
        errors.invalid(path.child("topologyKey"), key, Formats.qualifiedName(key));
    }

    private static void matchLabelKeys(ListValue keys, boolean selects, Path path, Errors errors) {
        if (!keys.isEmpty() && !selects) {
            errors.forbidden(path, "must not be specified when labelSelector is not set");
            return;
        }
        for (int i = 0; i < keys.size(); i++) {
            if (keys.get(i) instanceof String key) {
                errors.invalid(path.index(i), key, Formats.qualifiedName(key));
            }
        }
    }

    /**
     * A key must not be in the selector too. By now {@link MatchLabelKeys} has added an expression for it, so that one is always
     * there.
     */
    private static void keysOfSelector(ListValue keys, MapValue selector, Path path, Errors errors) {
        if (keys.isEmpty()) {
            return;
        }
        Set<String> seen = new HashSet<>(selector.map("matchLabels").asMap().keySet());
        ListValue expressions = selector.list("matchExpressions");
        for (int i = 0; i < expressions.size(); i++) {
            String key = expressions.map(i).string("key");
            int index = keys.lastIndexOf(key);
            if (!seen.add(key) && index >= 0) {
                errors.invalid(path.index(index), key, "exists in both matchLabelKeys and labelSelector");
            }
        }
    }

    static void spread(ListValue constraints, Path path, Errors errors) {
        for (int i = 0; i < constraints.size(); i++) {
            MapValue constraint = constraints.map(i);
            Path at = path.index(i);
            positive(constraint.integer("maxSkew", 0), at.child("maxSkew"), errors);
            String key = constraint.string("topologyKey");
            if (key.isEmpty()) {
                errors.required(at.child("topologyKey"), "can not be empty");
            }
            String action = constraint.string("whenUnsatisfiable");
            errors.oneOf(at.child("whenUnsatisfiable"), action, "DoNotSchedule", "ScheduleAnyway");
            for (int later = i + 1; later < constraints.size(); later++) {
                if (constraints.map(later).string("topologyKey").equals(key)
                        && constraints.map(later).string("whenUnsatisfiable").equals(action)) {
                    errors.duplicate(at.child("{topologyKey, whenUnsatisfiable}"), "{" + key + ", " + action + "}");
                    break;
                }
            }
            if (constraint.get("minDomains") instanceof Long domains) {
                positive(domains, at.child("minDomains"), errors);
                if (!action.equals("DoNotSchedule")) {
                    errors.invalid(
                            at.child("minDomains"),
                            domains,
                            "can only use minDomains if whenUnsatisfiable=DoNotSchedule, not " + action);
                }
            }
            for (String policy : new String[] {"nodeAffinityPolicy", "nodeTaintsPolicy"}) {
                if (constraint.get(policy) != null) {
                    errors.oneOf(at.child(policy), constraint.get(policy), "Honor", "Ignore");
                }
            }
            boolean selects = constraint.get("labelSelector") != null;
            matchLabelKeys(constraint.list("matchLabelKeys"), selects, at.child("matchLabelKeys"), errors);
            keysOfSelector(constraint.list("matchLabelKeys"), constraint.map("labelSelector"), at, errors);
            Metadata.labelSelector(constraint.map("labelSelector"), at.child("labelSelector"), errors);
        }
    }

    private static void positive(long value, Path path, Errors errors) {
        if (value <= 0) {
            errors.invalid(path, value, "must be greater than zero");
        }
    }

    public static void tolerations(ListValue tolerations, Path path, Errors errors) {
        for (int i = 0; i < tolerations.size(); i++) {
            MapValue toleration = tolerations.map(i);
            Path at = path.index(i);
            String key = toleration.string("key");
            String operator = toleration.string("operator");
            String value = toleration.string("value");
            String effect = toleration.string("effect");
            if (!key.isEmpty()) {
                errors.invalid(at.child("key"), key, Formats.qualifiedName(key));
            } else if (!operator.equals("Exists")) {
                errors.invalid(
                        at.child("operator"),
                        operator,
                        "operator must be Exists when `key` is empty, which means \"match all values and all keys\"");
            }
            if (toleration.get("tolerationSeconds") != null && !effect.equals("NoExecute")) {
                errors.invalid(
                        at.child("effect"), effect, "effect must be 'NoExecute' when `tolerationSeconds` is set");
            }
            switch (operator) {
                case "", "Equal" -> {
                    if (!Formats.labelValue(value).isEmpty()) {
                        errors.invalid(at.child("operator"), value, String.join(";", Formats.labelValue(value)));
                    }
                }
                case "Exists" -> {
                    if (!value.isEmpty()) {
                        errors.invalid(at.child("operator"), value, "value must be empty when `operator` is 'Exists'");
                    }
                }
                case "Lt", "Gt" -> errors.notSupported(at.child("operator"), operator, "Equal", "Exists", "Lt", "Gt");
                default -> errors.notSupported(at.child("operator"), operator, "Equal", "Exists");
            }
            if (!effect.isEmpty()) {
                errors.oneOf(at.child("effect"), effect, "NoSchedule", "PreferNoSchedule", "NoExecute");
            }
        }
    }

    /** Readiness gates and scheduling gates. */
    static void gates(MapValue spec, Path path, Errors errors) {
        ListValue readiness = spec.list("readinessGates");
        for (int i = 0; i < readiness.size(); i++) {
            String type = readiness.map(i).string("conditionType");
            errors.invalid(
                    path.child("readinessGates").index(i).child("conditionType"), type, Formats.qualifiedName(type));
        }
        ListValue scheduling = spec.list("schedulingGates");
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < scheduling.size(); i++) {
            String name = scheduling.map(i).string("name");
            Path gate = path.child("schedulingGates").index(i);
            errors.invalid(gate, name, Formats.qualifiedName(name));
            if (!seen.add(name)) {
                errors.duplicate(gate, name);
            }
        }
    }
}
