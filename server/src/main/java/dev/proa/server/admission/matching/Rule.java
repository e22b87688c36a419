package dev.proa.server.admission.matching;

import dev.proa.api.resource.ResourceType;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.server.admission.AdmissionAttributes;
import java.util.ArrayList;
import java.util.List;

/**
 * A rule of a webhook or policy, as {@code admissionregistration.k8s.io/v1 NamedRuleWithOperations}. {@code *} stands for everything.
 *
 * @param resources as {@code pods}, {@code pods/status}, {@code pods/*}, <code>*&#47;scale</code>
 * @param scope {@code Namespaced}, {@code Cluster} or {@code *}
 * @param names of objects; empty for all
 */
record Rule(
        List<String> operations,
        List<String> groups,
        List<String> versions,
        List<String> resources,
        String scope,
        List<String> names) {

    static Rule of(MapValue rule) {
        return new Rule(
                texts(rule.list("operations")),
                texts(rule.list("apiGroups")),
                texts(rule.list("apiVersions")),
                texts(rule.list("resources")),
                rule.string("scope").isEmpty() ? "*" : rule.string("scope"),
                texts(rule.list("resourceNames")));
    }

    static List<Rule> all(ListValue rules) {
        List<Rule> all = new ArrayList<>(rules.size());
        for (int i = 0; i < rules.size(); i++) {
            all.add(of(rules.map(i)));
        }
        return List.copyOf(all);
    }

    private static List<String> texts(ListValue list) {
        return list.stream().map(String::valueOf).toList();
    }

    /**
     * Whether a request is meant, if it is taken for one for {@code resource}.
     *
     * @param resource that of the request, or an equivalent one
     */
    boolean matches(AdmissionAttributes request, ResourceType resource) {
        return matchesScope(request, resource)
                && has(operations, request.operation().name())
                && has(groups, resource.group())
                && has(versions, resource.version())
                && matchesResource(resource.plural(), request.subresource())
                // A name that is still to be generated is none of these
                && (names.isEmpty() || names.contains(request.name()));
    }

    private static boolean has(List<String> items, String wanted) {
        return items.contains("*") || items.contains(wanted);
    }

    private boolean matchesScope(AdmissionAttributes request, ResourceType resource) {
        boolean namespace = resource.group().isEmpty() && resource.plural().equals("namespaces");
        boolean namespaced = !namespace && !request.namespace().isEmpty();
        return switch (scope) {
            case "*" -> true;
            case "Namespaced" -> namespaced;
            case "Cluster" -> !namespaced;
            default -> false;
        };
    }

    private boolean matchesResource(String plural, String subresource) {
        for (String resource : resources) {
            int slash = resource.indexOf('/');
            String name = slash < 0 ? resource : resource.substring(0, slash);
            String part = slash < 0 ? "" : resource.substring(slash + 1);
            if ((name.equals("*") || name.equals(plural)) && (part.equals("*") || part.equals(subresource))) {
                return true;
            }
        }
        return false;
    }
}
