package dev.proa.api.selector;

import dev.proa.api.status.FieldError;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A requirement of a label selector for one label.
 *
 * @param key the name of the label
 * @param values none for {@link Operator#EXISTS} and its opposite, one for comparisons, sorted otherwise
 */
public record Requirement(String key, Operator operator, List<String> values) {
    /** The operator between label and values. */
    public enum Operator {
        EQUALS("="),
        DOUBLE_EQUALS("=="),
        NOT_EQUALS("!="),
        IN("in"),
        NOT_IN("notin"),
        EXISTS("exists"),
        DOES_NOT_EXIST("!"),
        GREATER_THAN("gt"),
        LESS_THAN("lt");

        private final String text;

        Operator(String text) {
            this.text = text;
        }

        /** Its name in Kubernetes' errors. */
        public String text() {
            return text;
        }
    }

    public Requirement {
        values = operator == Operator.IN || operator == Operator.NOT_IN
                ? values.stream().sorted().toList()
                : List.copyOf(values);
    }

    /**
     * A requirement whose key and values are possible ones.
     *
     * @throws IllegalArgumentException with the message of Kubernetes
     */
    public static Requirement of(String key, Operator operator, List<String> values) {
        List<String> wrong = LabelRules.errors(key, operator, values).stream()
                .map(FieldError::summary)
                .distinct()
                .toList();
        if (!wrong.isEmpty()) {
            throw new IllegalArgumentException(wrong.size() == 1 ? wrong.getFirst() : wrong.toString());
        }
        return new Requirement(key, operator, values);
    }

    /** Whether an object with these labels meets it. */
    public boolean matches(MapValue labels) {
        Object value = labels.get(key);
        boolean present = value != null || labels.has(key);
        return switch (operator) {
            case EQUALS, DOUBLE_EQUALS, IN -> present && isOneOf(text(value));
            case NOT_EQUALS, NOT_IN -> !present || !isOneOf(text(value));
            case EXISTS -> present;
            case DOES_NOT_EXIST -> !present;
            case GREATER_THAN, LESS_THAN -> present && compares(text(value));
        };
    }

    /** A selector can have thousands of values, and be asked about thousands of objects. */
    private boolean isOneOf(String value) {
        return Collections.binarySearch(values, value) >= 0;
    }

    private static String text(@Nullable Object value) {
        return value instanceof String text ? text : "";
    }

    private boolean compares(String value) {
        try {
            int order = Long.compare(Long.parseLong(value), Long.parseLong(values.getFirst()));
            return operator == Operator.GREATER_THAN ? order > 0 : order < 0;
        } catch (NumberFormatException e) {
            return false; // a label that is no number is neither greater nor less
        }
    }

    /** From an item of {@code matchExpressions}. */
    public static Requirement from(MapValue expression) {
        String name = expression.string("operator");
        Operator operator = switch (name) {
            case "In" -> Operator.IN;
            case "NotIn" -> Operator.NOT_IN;
            case "Exists" -> Operator.EXISTS;
            case "DoesNotExist" -> Operator.DOES_NOT_EXIST;
            default -> throw new IllegalArgumentException("\"" + name + "\" is not a valid label selector operator");
        };
        return of(expression.string("key"), operator, strings(expression.list("values")));
    }

    private static List<String> strings(ListValue list) {
        return list.stream().map(Requirement::text).toList();
    }

    @Override
    public String toString() {
        String sorted = values.stream().sorted().collect(Collectors.joining(","));
        return switch (operator) {
            case EQUALS, DOUBLE_EQUALS, NOT_EQUALS -> key + operator.text + sorted;
            case IN, NOT_IN -> key + " " + operator.text + " (" + sorted + ")";
            case EXISTS -> key;
            case DOES_NOT_EXIST -> "!" + key;
            case GREATER_THAN -> key + ">" + sorted;
            case LESS_THAN -> key + "<" + sorted;
        };
    }
}
