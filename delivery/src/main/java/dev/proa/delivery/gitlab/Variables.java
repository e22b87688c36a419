package dev.proa.delivery.gitlab;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Variables that may name each other: {@code $NAME}, <code>${NAME}</code>, and {@code $$} for a dollar sign. */
final class Variables {
    private static final Pattern NAMED =
            Pattern.compile("\\$\\$|\\$([A-Za-z_][A-Za-z0-9_]*)|\\$\\{([A-Za-z_][A-Za-z0-9_]*)}");

    private Variables() {}

    /**
     * All variables with what they name put in. A variable that names itself keeps that name.
     *
     * @param raw the names of those that stay as they are
     */
    static Map<String, String> expanded(Map<String, String> variables, Set<String> raw) {
        Map<String, String> expanded = new LinkedHashMap<>();
        variables.forEach((name, value) -> expanded.put(
                name, raw.contains(name) ? value : expand(value, variables, raw, new HashSet<>(Set.of(name)))));
        return expanded;
    }

    /** A text with the values of variables put in; those that are not there are empty. */
    static String expand(String text, Map<String, String> variables) {
        return expand(text, variables, variables.keySet(), new HashSet<>());
    }

    private static String expand(String text, Map<String, String> variables, Set<String> raw, Set<String> within) {
        StringBuilder out = new StringBuilder();
        Matcher matcher = NAMED.matcher(text);
        while (matcher.find()) {
            String name = matcher.group(1) != null ? matcher.group(1) : matcher.group(2);
            String put;
            if (name == null) {
                put = "$";
            } else if (!within.add(name)) {
                put = matcher.group();
            } else {
                String value = variables.getOrDefault(name, "");
                put = raw.contains(name) ? value : expand(value, variables, raw, within);
                within.remove(name);
            }
            matcher.appendReplacement(out, Matcher.quoteReplacement(put));
        }
        return matcher.appendTail(out).toString();
    }
}
