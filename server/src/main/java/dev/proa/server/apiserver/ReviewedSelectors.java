package dev.proa.server.apiserver;

import dev.proa.api.selector.FieldSelector;
import dev.proa.api.selector.LabelSelector;
import dev.proa.api.selector.Requirement;
import dev.proa.api.status.FieldError;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.server.validation.Formats;
import java.util.ArrayList;
import java.util.List;

/**
 * The selectors of access reviews (KEP-4601), as a text or as requirements. A requirement that is not understood is left out: without it more is
 * asked for, never less.
 */
final class ReviewedSelectors {
    private ReviewedSelectors() {}

    /** @param failed whether some of it, or all, was not understood */
    record Fields(FieldSelector selector, boolean failed) {}

    /** @param failed whether some of it, or all, was not understood */
    record Labels(LabelSelector selector, boolean failed) {}

    static Fields fields(MapValue selector) {
        if (!selector.string("rawSelector").isEmpty()) {
            try {
                return new Fields(FieldSelector.parse(selector.string("rawSelector")), false);
            } catch (IllegalArgumentException e) {
                return new Fields(FieldSelector.EVERYTHING, true);
            }
        }
        List<FieldSelector.Term> terms = new ArrayList<>();
        ListValue requirements = selector.list("requirements");
        for (int i = 0; i < requirements.size(); i++) {
            MapValue requirement = requirements.map(i);
            List<String> values = Reviews.strings(requirement.list("values"));
            String operator = requirement.string("operator");
            if (values.size() == 1 && (operator.equals("In") || operator.equals("NotIn"))) {
                terms.add(new FieldSelector.Term(requirement.string("key"), operator.equals("In"), values.getFirst()));
            }
        }
        return new Fields(new FieldSelector(terms), terms.size() < requirements.size());
    }

    static Labels labels(MapValue selector) {
        if (!selector.string("rawSelector").isEmpty()) {
            try {
                return new Labels(LabelSelector.parse(selector.string("rawSelector")), false);
            } catch (IllegalArgumentException e) {
                return new Labels(LabelSelector.EVERYTHING, true);
            }
        }
        List<Requirement> understood = new ArrayList<>();
        ListValue requirements = selector.list("requirements");
        for (int i = 0; i < requirements.size(); i++) {
            try {
                understood.add(Requirement.from(requirements.map(i)));
            } catch (IllegalArgumentException e) {
                continue; // it is counted below
            }
        }
        return new Labels(new LabelSelector(understood, false), understood.size() < requirements.size());
    }

    /**
     * Checks a selector, if it is given.
     *
     * @param name {@code fieldSelector} or {@code labelSelector}
     * @param asked the resource attributes
     */
    static void validate(String name, MapValue asked, List<FieldError> errors) {
        if (!(asked.get(name) instanceof MapValue selector)) {
            return;
        }
        String path = "spec.resourceAttributes." + name;
        String raw = selector.string("rawSelector");
        ListValue requirements = selector.list("requirements");
        if (!raw.isEmpty() && !requirements.isEmpty()) {
            errors.add(FieldError.invalid(
                    path + ".rawSelector", raw, "may not specified at the same time as requirements"));
        } else if (raw.isEmpty() && requirements.isEmpty()) {
            errors.add(FieldError.required(
                    path + ".requirements", "when " + path + " is specified, requirements or rawSelector is required"));
        }
        for (int i = 0; i < requirements.size(); i++) {
            requirement(path + ".requirements[" + i + "]", requirements.map(i), name.equals("labelSelector"), errors);
        }
    }

    /** Operators that are not known are let through: a newer client may know them. */
    private static void requirement(String path, MapValue requirement, boolean label, List<FieldError> errors) {
        String key = requirement.string("key");
        List<String> values = Reviews.strings(requirement.list("values"));
        if (!label && key.isEmpty()) {
            errors.add(FieldError.required(path + ".key", "must be specified"));
        }
        switch (requirement.string("operator")) {
            case "In", "NotIn" -> {
                if (values.isEmpty()) {
                    errors.add(FieldError.required(
                            path + ".values", "must be specified when `operator` is 'In' or 'NotIn'"));
                }
            }
            case "Exists", "DoesNotExist" -> {
                if (!values.isEmpty()) {
                    errors.add(FieldError.forbidden(
                            path + ".values", "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"));
                }
            }
            default -> {}
        }
        if (label) {
            Formats.qualifiedName(key).forEach(wrong -> errors.add(FieldError.invalid(path + ".key", key, wrong)));
            for (int i = 0; i < values.size(); i++) {
                String at = path + ".values[" + i + "]";
                String value = values.get(i);
                Formats.labelValue(value).forEach(wrong -> errors.add(FieldError.invalid(at, value, wrong)));
            }
        }
    }
}
