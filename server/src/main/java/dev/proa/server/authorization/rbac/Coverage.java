package dev.proa.server.authorization.rbac;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** Whether some rules allow all that others do: who grants a role has to have its permissions. */
public final class Coverage {
    private Coverage() {}

    /**
     * The permissions of {@code wanted} that {@code held} do not have, one a line, as messages show them; empty when there are none.
     * Each single permission has to be covered by one rule.
     */
    public static List<String> missing(List<PolicyRule> held, List<PolicyRule> wanted) {
        TreeSet<String> lines = new TreeSet<>();
        compacted(missingRules(held, wanted)).forEach(rule -> lines.add(rule.compact()));
        return List.copyOf(lines);
    }

    /** The same as rules, each of a single verb of a single resource or path. */
    static List<PolicyRule> missingRules(List<PolicyRule> held, List<PolicyRule> wanted) {
        List<PolicyRule> missing = new ArrayList<>();
        for (PolicyRule rule : wanted) {
            for (PolicyRule single : singles(rule)) {
                if (held.stream().noneMatch(one -> covers(one, single))) {
                    missing.add(single);
                }
            }
        }
        return missing;
    }

    /** A rule for each verb, resource, group and name, or for each verb and path. */
    private static List<PolicyRule> singles(PolicyRule rule) {
        List<PolicyRule> singles = new ArrayList<>();
        for (String group : rule.apiGroups()) {
            for (String resource : rule.resources()) {
                for (String verb : rule.verbs()) {
                    PolicyRule any = PolicyRule.of(List.of(verb), List.of(group), List.of(resource));
                    if (rule.resourceNames().isEmpty()) {
                        singles.add(any);
                    }
                    for (String name : rule.resourceNames()) {
                        singles.add(new PolicyRule(
                                any.verbs(), any.apiGroups(), any.resources(), List.of(name), List.of()));
                    }
                }
            }
        }
        for (String url : rule.nonResourceUrls()) {
            for (String verb : rule.verbs()) {
                singles.add(PolicyRule.ofPaths(List.of(verb), List.of(url)));
            }
        }
        return singles;
    }

    private static boolean covers(PolicyRule rule, PolicyRule single) {
        boolean names = rule.resourceNames().isEmpty()
                || !single.resourceNames().isEmpty() && rule.resourceNames().containsAll(single.resourceNames());
        return names
                && hasAll(rule.verbs(), single.verbs())
                && hasAll(rule.apiGroups(), single.apiGroups())
                && single.resources().stream().allMatch(resource -> coversResource(rule.resources(), resource))
                && single.nonResourceUrls().stream()
                        .allMatch(url -> rule.nonResourceUrls().stream().anyMatch(one -> PolicyRule.covers(one, url)));
    }

    private static boolean hasAll(List<String> held, List<String> wanted) {
        return held.contains(PolicyRule.ALL) || held.containsAll(wanted);
    }

    private static boolean coversResource(List<String> held, String resource) {
        int slash = resource.indexOf('/');
        return held.contains(PolicyRule.ALL)
                || held.contains(resource)
                || slash >= 0 && held.contains(PolicyRule.ALL + resource.substring(slash));
    }

    /** Rules of the same resource become one with all their verbs. */
    private static List<PolicyRule> compacted(List<PolicyRule> singles) {
        Map<PolicyRule, List<String>> verbs = new LinkedHashMap<>();
        List<PolicyRule> compacted = new ArrayList<>();
        for (PolicyRule single : singles) {
            if (single.resources().isEmpty()) {
                compacted.add(single);
            } else {
                verbs.computeIfAbsent(withVerbs(single, List.of()), none -> new ArrayList<>())
                        .addAll(single.verbs());
            }
        }
        verbs.forEach((rule, all) -> compacted.add(withVerbs(rule, all)));
        return compacted;
    }

    private static PolicyRule withVerbs(PolicyRule rule, List<String> verbs) {
        return new PolicyRule(verbs, rule.apiGroups(), rule.resources(), rule.resourceNames(), rule.nonResourceUrls());
    }
}
