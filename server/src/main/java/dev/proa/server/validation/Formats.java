package dev.proa.server.validation;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The formats of names and values in Kubernetes, with the messages for what does not match them. Not checked by
 * regular expressions, since every object of every request comes through here.
 */
public final class Formats {
    private static final String LABEL = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";
    private static final String SUBDOMAIN = LABEL + "(\\." + LABEL + ")*";
    private static final String QUALIFIED = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]";

    private Formats() {}

    /** RFC 1123 label: lower case, digits and dashes, up to 63 characters. */
    public static List<String> dnsLabel(String value) {
        boolean matches = isLabel(value, 0, value.length());
        if (matches && value.length() <= 63) {
            return List.of();
        }
        List<String> errors = new ArrayList<>();
        if (value.length() > 63) {
            errors.add(maxLength(63));
        }
        if (!matches) {
            errors.add(
                    isSubdomain(value)
                            ? "must not contain dots"
                            : regex(
                                    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start"
                                            + " and end with an alphanumeric character",
                                    LABEL,
                                    "my-name",
                                    "123-abc"));
        }
        return errors;
    }

    /** RFC 1123 subdomain: labels with dots between, up to 253 characters. */
    public static List<String> dnsSubdomain(String value) {
        boolean matches = isSubdomain(value);
        if (matches && value.length() <= 253) {
            return List.of();
        }
        List<String> errors = new ArrayList<>();
        if (value.length() > 253) {
            errors.add(maxLength(253));
        }
        if (!matches) {
            errors.add(regex(
                    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start"
                            + " and end with an alphanumeric character",
                    SUBDOMAIN,
                    "example.com"));
        }
        return errors;
    }

    /** A DNS search domain: a subdomain whose labels may contain underscores (KEP-4427). */
    public static List<String> searchDomain(String value) {
        List<String> errors = new ArrayList<>();
        if (value.length() > 253) {
            errors.add(maxLength(253));
        }
        for (String label : value.split("\\.", -1)) {
            String plain = label.startsWith("_") ? label.substring(1) : label;
            if (plain.endsWith("_") || plain.startsWith("_") || !isLabel(plain.replace('_', '-'), 0, plain.length())) {
                errors.add(regex(
                        "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '_', '-' or '.',"
                                + " and must start and end with an alphanumeric character",
                        "_?[a-z0-9]([-_a-z0-9]*[a-z0-9])?(\\._?[a-z0-9]([-_a-z0-9]*[a-z0-9])?)*",
                        "example.com"));
                break;
            }
        }
        return errors;
    }

    /** RFC 1035 label: as a DNS label, but beginning with a letter. */
    public static List<String> dns1035Label(String value) {
        boolean matches = isLabel(value, 0, value.length()) && value.charAt(0) >= 'a';
        if (matches && value.length() <= 63) {
            return List.of();
        }
        List<String> errors = new ArrayList<>();
        if (value.length() > 63) {
            errors.add(maxLength(63));
        }
        if (!matches) {
            errors.add(regex(
                    "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic"
                            + " character, and end with an alphanumeric character",
                    "[a-z]([-a-z0-9]*[a-z0-9])?",
                    "my-name",
                    "abc-123"));
        }
        return errors;
    }

    /** {@code *.} and a DNS subdomain. */
    public static List<String> wildcardSubdomain(String value) {
        if (value.length() <= 253 && value.startsWith("*.") && isSubdomain(value.substring(2))) {
            return List.of();
        }
        List<String> errors = new ArrayList<>();
        if (value.length() > 253) {
            errors.add(maxLength(253));
        }
        if (!value.startsWith("*.") || !isSubdomain(value.substring(2))) {
            errors.add(regex(
                    "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of"
                            + " lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character",
                    "\\*\\." + SUBDOMAIN,
                    "*.example.com"));
        }
        return errors;
    }

    /** The key of a label or annotation: a name, optionally after a DNS subdomain and a slash. */
    public static List<String> qualifiedName(String value) {
        int slash = value.indexOf('/');
        String name = value.substring(slash + 1);
        if (isQualified(name, 63)
                && (slash < 0 || slash > 0 && slash <= 253 && isSubdomain(value.substring(0, slash)))) {
            return List.of();
        }
        String what =
                "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";
        String form = regex(what, QUALIFIED, "MyName", "my.name", "123-abc");
        if (name.indexOf('/') >= 0) {
            return List.of("a valid label key " + form
                    + " with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')");
        }
        List<String> errors = new ArrayList<>();
        if (slash == 0) {
            errors.add("prefix part must be non-empty");
        } else if (slash > 0) {
            for (String error : dnsSubdomain(value.substring(0, slash))) {
                errors.add("prefix part " + error);
            }
        }
        if (name.isEmpty()) {
            errors.add("name part must be non-empty");
        } else if (name.length() > 63) {
            errors.add("name part must be no more than 63 bytes");
        }
        if (!isQualified(name, Integer.MAX_VALUE)) {
            errors.add("name part " + form);
        }
        return errors;
    }

    /** A domain, a slash and a path, as in {@code example.com/x}; the error names the invalid part. */
    public static void domainPrefixedPath(Path field, String value, Errors errors) {
        int slash = value.indexOf('/');
        if (value.isEmpty()) {
            errors.required(field, "");
        } else if (slash <= 0 || slash == value.length() - 1) {
            errors.invalid(field, value, "must be a domain-prefixed path (such as \"acme.io/foo\")");
        } else {
            String domain = value.substring(0, slash);
            String path = value.substring(slash + 1);
            errors.invalid(field, domain, dnsSubdomain(domain));
            if (!path.matches("[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+")) {
                errors.invalid(field, path, regex("Invalid path", "[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+"));
            }
        }
    }

    /** The value of a label: empty, or up to 63 characters that begin and end with a letter or digit. */
    public static List<String> labelValue(String value) {
        if (value.isEmpty() || isQualified(value, 63)) {
            return List.of();
        }
        List<String> errors = new ArrayList<>();
        if (value.length() > 63) {
            errors.add("must be no more than 63 bytes");
        }
        if (!isQualified(value, Integer.MAX_VALUE)) {
            errors.add(regex(
                    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start"
                            + " and end with an alphanumeric character",
                    "(" + QUALIFIED + ")?",
                    "MyValue",
                    "my_value",
                    "12345"));
        }
        return errors;
    }

    /** A key of a config map or secret. */
    public static List<String> configKey(String value) {
        List<String> errors = new ArrayList<>();
        if (value.length() > 253) {
            errors.add(maxLength(253));
        }
        boolean matches = !value.isEmpty();
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            matches &= isAlphanumeric(c) || c == '-' || c == '_' || c == '.';
        }
        if (!matches) {
            errors.add(regex(
                    "a valid config key must consist of alphanumeric characters, '-', '_' or '.'",
                    "[-._a-zA-Z0-9]+",
                    "key.name",
                    "KEY_NAME",
                    "key-name"));
        }
        if (value.equals(".")) {
            errors.add("must not be '.'");
        } else if (value.equals("..")) {
            errors.add("must not be '..'");
        } else if (value.startsWith("..")) {
            errors.add("must not start with '..'");
        }
        return errors;
    }

    /** The name of an environment variable: printable ASCII without an equals sign. */
    public static List<String> envName(String value) {
        if (value.isEmpty()) {
            return List.of("environment variable name must be non-empty");
        }
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c < ' ' || c > '~' || c == '=') {
                return List.of(
                        "a valid environment variable name must consist only of printable ASCII characters other than '='");
            }
        }
        return List.of();
    }

    /** The name of a port (RFC 6335). */
    public static List<String> portName(String value) {
        List<String> errors = new ArrayList<>();
        if (value.length() > 15) {
            errors.add(maxLength(15));
        }
        boolean charset = !value.isEmpty();
        boolean letter = false;
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            charset &= isLower(c) || c == '-';
            letter |= c >= 'a' && c <= 'z';
        }
        if (!charset) {
            errors.add("must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)");
        }
        if (!letter) {
            errors.add("must contain at least one letter (a-z)");
        }
        if (value.contains("--")) {
            errors.add("must not contain consecutive hyphens");
        }
        if (value.startsWith("-") || value.endsWith("-")) {
            errors.add("must not begin or end with a hyphen");
        }
        return errors;
    }

    public static List<String> portNumber(long port) {
        return port >= 1 && port <= 65535 ? List.of() : List.of(inclusiveRange(1, 65535));
    }

    public static List<String> httpHeaderName(String value) {
        boolean matches = !value.isEmpty();
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            matches &= isAlphanumeric(c) || c == '-';
        }
        return matches
                ? List.of()
                : List.of(regex(
                        "a valid HTTP header must consist of alphanumeric characters or '-'",
                        "[-A-Za-z0-9]+",
                        "X-Header-Name"));
    }

    /** Whether a string is digits and a percent sign. */
    public static boolean isPercent(String value) {
        if (value.length() < 2 || !value.endsWith("%")) {
            return false;
        }
        for (int i = 0; i < value.length() - 1; i++) {
            if (value.charAt(i) < '0' || value.charAt(i) > '9') {
                return false;
            }
        }
        return true;
    }

    public static String percentError() {
        return regex(
                "a valid percent string must be a numeric string followed by an ending '%'", "[0-9]+%", "1%", "93%");
    }

    public static String maxLength(int length) {
        return "must be no more than " + length + " characters";
    }

    public static String inclusiveRange(long low, long high) {
        return "must be between " + low + " and " + high + ", inclusive";
    }

    /** Kubernetes' message for a value that does not match a regular expression. */
    public static String regex(String message, String regex, String... examples) {
        if (examples.length == 0) {
            return message + " (regex used for validation is '" + regex + "')";
        }
        StringBuilder out = new StringBuilder(message).append(" (");
        for (int i = 0; i < examples.length; i++) {
            out.append(i == 0 ? "e.g. " : " or ")
                    .append('\'')
                    .append(examples[i])
                    .append("', ");
        }
        return out.append("regex used for validation is '")
                .append(regex)
                .append("')")
                .toString();
    }

    private static boolean isSubdomain(String value) {
        int start = 0;
        while (true) {
            int dot = value.indexOf('.', start);
            if (!isLabel(value, start, dot < 0 ? value.length() : dot)) {
                return false;
            }
            if (dot < 0) {
                return true;
            }
            start = dot + 1;
        }
    }

    private static boolean isLabel(String value, int from, int to) {
        if (from >= to || value.charAt(from) == '-' || value.charAt(to - 1) == '-') {
            return false;
        }
        for (int i = from; i < to; i++) {
            char c = value.charAt(i);
            if (!isLower(c) && c != '-') {
                return false;
            }
        }
        return true;
    }

    private static boolean isQualified(String value, int max) {
        int length = value.length();
        if (length == 0
                || length > max
                || !isAlphanumeric(value.charAt(0))
                || !isAlphanumeric(value.charAt(length - 1))) {
            return false;
        }
        for (int i = 1; i < length - 1; i++) {
            char c = value.charAt(i);
            if (!isAlphanumeric(c) && c != '-' && c != '_' && c != '.') {
                return false;
            }
        }
        return true;
    }

    private static boolean isLower(char c) {
        return c >= 'a' && c <= 'z' || c >= '0' && c <= '9';
    }

    private static boolean isAlphanumeric(char c) {
        return isLower(c) || c >= 'A' && c <= 'Z';
    }

    /** Validates an {@code IntOrString} that is a port number or name. */
    public static void portNumberOrName(Path path, @Nullable Object port, Errors errors) {
        if (port instanceof String name) {
            errors.invalid(path, name, Formats.portName(name));
        } else {
            long number = port instanceof Long value ? value : 0;
            errors.invalid(path, number, Formats.portNumber(number));
        }
    }
}
