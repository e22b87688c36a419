package dev.proa.api.quota;

import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;

/**
 * A scope that a quota is limited to, or an object must be in: an item of {@code scopeSelector.matchExpressions}.
 *
 * @param name as {@code PriorityClass}
 * @param operator {@code In}, {@code NotIn}, {@code Exists} or {@code DoesNotExist}
 */
public record QuotaScope(String name, String operator, List<String> values) {
    public static final String TERMINATING = "Terminating";
    public static final String NOT_TERMINATING = "NotTerminating";
    public static final String BEST_EFFORT = "BestEffort";
    public static final String NOT_BEST_EFFORT = "NotBestEffort";
    public static final String PRIORITY_CLASS = "PriorityClass";
    public static final String CROSS_NAMESPACE_POD_AFFINITY = "CrossNamespacePodAffinity";
    public static final String VOLUME_ATTRIBUTES_CLASS = "VolumeAttributesClass";

    static final String EXISTS = "Exists";

    public QuotaScope {
        values = List.copyOf(values);
    }

    /** The scopes of a quota, by its {@code spec}: an object must be in all of them. */
    public static List<QuotaScope> ofQuota(MapValue spec) {
        List<QuotaScope> scopes = new ArrayList<>();
        for (Object scope : spec.list("scopes")) {
            scopes.add(new QuotaScope(Objects.toString(scope, ""), EXISTS, List.of()));
        }
        scopes.addAll(of(spec.map("scopeSelector").list("matchExpressions")));
        return scopes;
    }

    /** A list of scopes in an object. */
    public static List<QuotaScope> of(ListValue requirements) {
        List<QuotaScope> scopes = new ArrayList<>();
        for (int i = 0; i < requirements.size(); i++) {
            MapValue requirement = requirements.map(i);
            scopes.add(new QuotaScope(
                    requirement.string("scopeName"),
                    requirement.string("operator"),
                    requirement.list("values").stream()
                            .map(value -> Objects.toString(value, ""))
                            .toList()));
        }
        return scopes;
    }

    /** Whether an object that names these classes fits, by operator and values. */
    boolean fits(Collection<String> classes) {
        return switch (operator) {
            case EXISTS -> !classes.isEmpty();
            case "DoesNotExist" -> classes.isEmpty();
            case "In" -> classes.stream().anyMatch(values::contains);
            case "NotIn" -> classes.isEmpty() || classes.stream().anyMatch(each -> !values.contains(each));
            default -> false;
        };
    }

    /** As Go prints it: {@code {PriorityClass In [high]}}. */
    @Override
    public String toString() {
        return "{" + name + " " + operator + " [" + String.join(" ", values) + "]}";
    }
}
