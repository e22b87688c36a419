package dev.proa.server.resource.pod;

import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Adds the values that a new pod has for its {@code matchLabelKeys} and {@code mismatchLabelKeys} to the selectors beside them, in
 * terms of inter-pod affinity (KEP-3633) and in topology spread constraints (KEP-3243). The scheduler looks at the selectors only.
 */
final class MatchLabelKeys {
    private static final String REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution";
    private static final String PREFERRED = "preferredDuringSchedulingIgnoredDuringExecution";

    private MatchLabelKeys() {}

    /** @return {@code spec}, whose selectors mean what the keys mean for a pod with these labels */
    static MapValue merged(MapValue spec, MapValue labels) {
        MapValue merged = spec;
        if (spec.get("affinity") instanceof MapValue affinity) {
            merged = merged.with("affinity", affinity(affinity, labels));
        }
        return each(merged, "topologySpreadConstraints", constraint -> term(constraint, labels));
    }

    private static MapValue affinity(MapValue affinity, MapValue labels) {
        MapValue merged = affinity;
        for (String kind : new String[] {"podAffinity", "podAntiAffinity"}) {
            if (merged.get(kind) instanceof MapValue terms) {
                MapValue required = each(terms, REQUIRED, term -> term(term, labels));
                merged = merged.with(
                        kind,
                        each(
                                required,
                                PREFERRED,
                                weighted -> weighted.withMap("podAffinityTerm", term -> term(term, labels))));
            }
        }
        return merged;
    }

    private static MapValue each(MapValue parent, String list, UnaryOperator<MapValue> change) {
        ListValue items = parent.list(list);
        if (items.isEmpty()) {
            return parent;
        }
        List<@Nullable Object> changed = new ArrayList<>();
        for (int i = 0; i < items.size(); i++) {
            changed.add(items.get(i) instanceof MapValue item ? change.apply(item) : items.get(i));
        }
        return parent.with(list, ListValue.copyOf(changed));
    }

    /** A term without selector selects nothing, whatever its keys. */
    private static MapValue term(MapValue term, MapValue labels) {
        List<@Nullable Object> added = new ArrayList<>();
        requirements(term.list("matchLabelKeys"), "In", labels, added);
        requirements(term.list("mismatchLabelKeys"), "NotIn", labels, added);
        if (added.isEmpty() || !(term.get("labelSelector") instanceof MapValue selector)) {
            return term;
        }
        List<@Nullable Object> all = new ArrayList<>(selector.list("matchExpressions"));
        all.addAll(added);
        return term.with("labelSelector", selector.with("matchExpressions", ListValue.copyOf(all)));
    }

    private static void requirements(
            ListValue keys, String operator, MapValue labels, List<@Nullable Object> requirements) {
        for (Object key : keys) {
            if (key instanceof String name && labels.get(name) instanceof String value) {
                requirements.add(MapValue.of("key", name, "operator", operator, "values", ListValue.of(value)));
            }
        }
    }
}
