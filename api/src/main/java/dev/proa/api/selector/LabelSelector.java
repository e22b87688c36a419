package dev.proa.api.selector;

import dev.proa.api.value.MapValue;
import dev.proa.api.view.KubeObject;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A label selector: all requirements must match. Immutable.
 *
 * @param requirements in the order of their keys
 * @param nothing whether no object is selected, whatever its labels
 */
public record LabelSelector(List<Requirement> requirements, boolean nothing) {
    /** Selects every object. */
    public static final LabelSelector EVERYTHING = new LabelSelector(List.of(), false);

    /** Selects no object. */
    public static final LabelSelector NOTHING = new LabelSelector(List.of(), true);

    public LabelSelector {
        requirements = requirements.stream()
                .sorted(Comparator.comparing(Requirement::key))
                .toList();
    }

    /**
     * Reads the text form, as {@code a=b,c!=d,e in (f,g),!h,i>1}.
     *
     * @throws IllegalArgumentException with the message of Kubernetes
     */
    public static LabelSelector parse(String text) {
        return text.isEmpty() ? EVERYTHING : new LabelSelector(new LabelSelectorParser(text).parse(), false);
    }

    /** Selects objects that have all these labels. */
    public static LabelSelector ofLabels(Map<String, String> labels) {
        List<Requirement> requirements = new ArrayList<>();
        labels.forEach(
                (key, value) -> requirements.add(new Requirement(key, Requirement.Operator.EQUALS, List.of(value))));
        return new LabelSelector(requirements, false);
    }

    /**
     * From the object form with {@code matchLabels} and {@code matchExpressions}: an empty one selects everything, an absent one
     * nothing.
     *
     * @throws IllegalArgumentException with the message of Kubernetes
     */
    public static LabelSelector of(@Nullable MapValue selector) {
        if (selector == null) {
            return NOTHING;
        }
        List<Requirement> requirements = new ArrayList<>();
        for (Map.Entry<String, @Nullable Object> label : selector.map("matchLabels")) {
            requirements.add(Requirement.of(
                    label.getKey(),
                    Requirement.Operator.EQUALS,
                    List.of(label.getValue() instanceof String value ? value : "")));
        }
        for (int i = 0; i < selector.list("matchExpressions").size(); i++) {
            requirements.add(Requirement.from(selector.list("matchExpressions").map(i)));
        }
        return requirements.isEmpty() ? EVERYTHING : new LabelSelector(requirements, false);
    }

    /** From the object form as a view. */
    public static LabelSelector of(dev.proa.api.meta.v1.LabelSelector selector) {
        return of(selector.value());
    }

    /** The value that the label must have; null when any will do, or one of several, or none. */
    public @Nullable String required(String label) {
        for (Requirement requirement : requirements) {
            boolean equality = switch (requirement.operator()) {
                case EQUALS, DOUBLE_EQUALS, IN -> requirement.values().size() == 1;
                default -> false;
            };
            if (equality && requirement.key().equals(label)) {
                return requirement.values().getFirst();
            }
        }
        return null;
    }

    /** Whether every object is selected. */
    public boolean isEverything() {
        return !nothing && requirements.isEmpty();
    }

    /** Whether an object with these labels is selected. */
    public boolean matches(MapValue labels) {
        if (nothing) {
            return false;
        }
        for (Requirement requirement : requirements) {
            if (!requirement.matches(labels)) {
                return false;
            }
        }
        return true;
    }

    /** Whether an object with these labels is selected. */
    public boolean matches(Map<String, String> labels) {
        return matches(dev.proa.api.view.Views.values(labels));
    }

    public boolean matches(KubeObject object) {
        return matches(object.value().map("metadata").map("labels"));
    }

    /** The text form. */
    @Override
    public String toString() {
        return requirements.stream().map(Requirement::toString).collect(Collectors.joining(","));
    }
}
