package dev.proa.api.selector;

import dev.proa.api.selector.Requirement.Operator;
import dev.proa.api.status.FieldError;
import dev.proa.api.value.ListValue;
import java.util.ArrayList;
import java.util.List;

/** Validates label keys and values without regular expressions, since selectors are parsed on every request. */
public final class LabelRules {
    private static final int LONGEST_NAME = 63;
    private static final int LONGEST_PREFIX = 253;
    private static final String QUALIFIED =
            " must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric"
                    + " character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is"
                    + " '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
    private static final String VALUE =
            "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must"
                    + " start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex"
                    + " used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";
    private static final String SUBDOMAIN = "prefix part a lowercase RFC 1123 subdomain must consist of lower case"
            + " alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g."
            + " 'example.com', regex used for validation is"
            + " '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";

    private LabelRules() {}

    static List<FieldError> errors(String key, Operator operator, List<String> values) {
        List<FieldError> errors = new ArrayList<>(keyErrors("key", key));
        switch (operator) {
            case IN, NOT_IN -> {
                if (values.isEmpty()) {
                    errors.add(invalid(values, "for 'in', 'notin' operators, values set can't be empty"));
                }
            }
            case EQUALS, DOUBLE_EQUALS, NOT_EQUALS -> {
                if (values.size() != 1) {
                    errors.add(invalid(values, "exact-match compatibility requires one single value"));
                }
            }
            case EXISTS, DOES_NOT_EXIST -> {
                if (!values.isEmpty()) {
                    errors.add(invalid(values, "values set must be empty for exists and does not exist"));
                }
            }
            case GREATER_THAN, LESS_THAN -> addComparison(errors, values);
        }
        for (int i = 0; i < values.size(); i++) {
            errors.addAll(valueErrors("values[" + i + "][" + key + "]", values.get(i)));
        }
        return errors;
    }

    private static void addComparison(List<FieldError> errors, List<String> values) {
        if (values.size() != 1) {
            errors.add(invalid(values, "for 'Gt', 'Lt' operators, exactly one value is required"));
        }
        for (int i = 0; i < values.size(); i++) {
            try {
                Long.parseLong(values.get(i));
            } catch (NumberFormatException e) {
                errors.add(FieldError.invalid(
                        "values[" + i + "]", values.get(i), "for 'Gt', 'Lt' operators, the value must be an integer"));
            }
        }
    }

    private static FieldError invalid(List<String> values, String detail) {
        return FieldError.invalid("values", ListValue.copyOf(values), detail);
    }

    /** What is wrong with a label key, or another qualified name; empty when nothing is. */
    public static List<FieldError> keyErrors(String field, String key) {
        List<String> wrong = new ArrayList<>();
        int slash = key.indexOf('/');
        String name = key.substring(slash + 1);
        if (slash >= 0 && name.indexOf('/') >= 0) {
            wrong.add("a valid label key" + QUALIFIED + " with an optional DNS subdomain prefix and '/' (e.g."
                    + " 'example.com/MyName')");
        } else {
            if (slash >= 0) {
                addPrefix(wrong, key.substring(0, slash));
            }
            if (name.isEmpty()) {
                wrong.add("name part must be non-empty");
            } else if (name.length() > LONGEST_NAME) {
                wrong.add("name part must be no more than 63 bytes");
            }
            if (!isName(name)) {
                wrong.add("name part" + QUALIFIED);
            }
        }
        return wrong.isEmpty() ? List.of() : List.of(FieldError.invalid(field, key, String.join("; ", wrong)));
    }

    private static void addPrefix(List<String> wrong, String prefix) {
        if (prefix.isEmpty()) {
            wrong.add("prefix part must be non-empty");
            return;
        }
        if (prefix.length() > LONGEST_PREFIX) {
            wrong.add("prefix part must be no more than 253 bytes");
        }
        if (!isSubdomain(prefix)) {
            wrong.add(SUBDOMAIN);
        }
    }

    static List<FieldError> valueErrors(String field, String value) {
        List<String> wrong = new ArrayList<>();
        if (value.length() > LONGEST_NAME) {
            wrong.add("must be no more than 63 bytes");
        }
        if (!value.isEmpty() && !isName(value)) {
            wrong.add(VALUE);
        }
        return wrong.isEmpty() ? List.of() : List.of(FieldError.invalid(field, value, String.join("; ", wrong)));
    }

    private static boolean isName(String text) {
        if (text.isEmpty() || !isAlphanumeric(text.charAt(0)) || !isAlphanumeric(text.charAt(text.length() - 1))) {
            return false;
        }
        for (int i = 1; i < text.length() - 1; i++) {
            char c = text.charAt(i);
            if (!isAlphanumeric(c) && c != '-' && c != '_' && c != '.') {
                return false;
            }
        }
        return true;
    }

    private static boolean isSubdomain(String text) {
        boolean inside = false; // within a label of the domain, after its first character
        char before = '.';
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean plain = c >= 'a' && c <= 'z' || c >= '0' && c <= '9';
            if (c == '.' ? !inside || before == '-' : !plain && (c != '-' || !inside)) {
                return false;
            }
            inside = c != '.';
            before = c;
        }
        return inside && before != '-';
    }

    private static boolean isAlphanumeric(char c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9';
    }
}
