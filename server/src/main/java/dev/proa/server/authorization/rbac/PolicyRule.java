package dev.proa.server.authorization.rbac;

import dev.proa.api.codec.GoText;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.api.view.Views;
import dev.proa.server.auth.AuthorizationAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;
import java.util.stream.Collectors;

/**
 * A rule of a role, as {@code rbac.authorization.k8s.io/v1 PolicyRule}: allows verbs on resources, or on paths that are no resources.
 *
 * @param verbs {@code *} for all
 * @param apiGroups {@code *} for all
 * @param resources {@code RESOURCE}, {@code RESOURCE/SUBRESOURCE}, {@code *}{@code /SUBRESOURCE}, or {@code *} for all
 * @param resourceNames which objects; empty for all
 * @param nonResourceUrls paths; a {@code *} at the end stands for any rest
 */
public record PolicyRule(
        List<String> verbs,
        List<String> apiGroups,
        List<String> resources,
        List<String> resourceNames,
        List<String> nonResourceUrls) {
    static final String ALL = "*";

    public PolicyRule {
        verbs = List.copyOf(verbs);
        apiGroups = List.copyOf(apiGroups);
        resources = List.copyOf(resources);
        resourceNames = List.copyOf(resourceNames);
        nonResourceUrls = List.copyOf(nonResourceUrls);
    }

    /** Of all objects of these resources. */
    public static PolicyRule of(List<String> verbs, List<String> apiGroups, List<String> resources) {
        return new PolicyRule(verbs, apiGroups, resources, List.of(), List.of());
    }

    /** Of paths that are no resources. */
    public static PolicyRule ofPaths(List<String> verbs, List<String> paths) {
        return new PolicyRule(verbs, List.of(), List.of(), List.of(), paths);
    }

    /** An entry of {@code rules} of a role. */
    public static PolicyRule of(MapValue rule) {
        return new PolicyRule(
                strings(rule, "verbs"),
                strings(rule, "apiGroups"),
                strings(rule, "resources"),
                strings(rule, "resourceNames"),
                strings(rule, "nonResourceURLs"));
    }

    /** All {@code rules} of a role. */
    public static List<PolicyRule> listOf(MapValue role) {
        ListValue rules = role.list("rules");
        List<PolicyRule> list = new ArrayList<>(rules.size());
        for (int i = 0; i < rules.size(); i++) {
            list.add(of(rules.map(i)));
        }
        return list;
    }

    private static List<String> strings(MapValue rule, String field) {
        return Views.strings(rule.list(field));
    }

    /** The rule as an object; what is empty is left out. */
    public MapValue toValue() {
        MapValue.Builder rule = MapValue.builder(5);
        put(rule, "verbs", verbs);
        put(rule, "apiGroups", apiGroups);
        put(rule, "resources", resources);
        put(rule, "resourceNames", resourceNames);
        put(rule, "nonResourceURLs", nonResourceUrls);
        return rule.build();
    }

    private static void put(MapValue.Builder rule, String field, List<String> values) {
        if (!values.isEmpty()) {
            rule.put(field, ListValue.copyOf(values));
        }
    }

    /** Whether the rule allows what somebody asks for. */
    public boolean allows(AuthorizationAttributes asked) {
        if (!matches(verbs, asked.verb())) {
            return false;
        }
        return asked.isResource()
                ? matches(apiGroups, asked.group())
                        && matchesResource(asked)
                        && (resourceNames.isEmpty() || resourceNames.contains(asked.name()))
                : nonResourceUrls.stream().anyMatch(url -> covers(url, asked.path()));
    }

    private static boolean matches(List<String> allowed, String asked) {
        for (String one : allowed) {
            if (one.equals(ALL) || one.equals(asked)) {
                return true;
            }
        }
        return false;
    }

    private boolean matchesResource(AuthorizationAttributes asked) {
        String resource = asked.resource();
        String subresource = asked.subresource();
        for (String one : resources) {
            if (one.equals(ALL)
                    || (subresource.isEmpty()
                            ? one.equals(resource)
                            : isPair(one, resource, subresource) || isPair(one, ALL, subresource))) {
                return true;
            }
        }
        return false;
    }

    /** Whether {@code text} is {@code left/right}; makes no string of them. */
    private static boolean isPair(String text, String left, String right) {
        return text.length() == left.length() + 1 + right.length()
                && text.charAt(left.length()) == '/'
                && text.startsWith(left)
                && text.endsWith(right);
    }

    /** Whether one path of a rule, perhaps with {@code *} at its end, stands for another as well. */
    static boolean covers(String url, String other) {
        if (url.equals(other)) {
            return true;
        }
        int end = url.length();
        while (end > 0 && url.charAt(end - 1) == '*') {
            end--;
        }
        return end < url.length() && other.regionMatches(0, url, 0, end);
    }

    /** The rule in a line, as messages about missing permissions show it. */
    String compact() {
        StringJoiner parts = new StringJoiner(", ", "{", "}");
        part(parts, "APIGroups", apiGroups);
        part(parts, "Resources", resources);
        part(parts, "NonResourceURLs", nonResourceUrls);
        part(parts, "ResourceNames", resourceNames);
        part(parts, "Verbs", verbs);
        return parts.toString();
    }

    /** Texts as Go prints a list of quoted ones. */
    public static String quoted(List<String> values) {
        return values.stream().map(GoText::quote).collect(Collectors.joining(" ", "[", "]"));
    }

    private static void part(StringJoiner parts, String name, List<String> values) {
        if (!values.isEmpty()) {
            parts.add(name + ":" + quoted(values));
        }
    }
}
