package dev.proa.api.quota;

import dev.proa.api.value.MapValue;
import dev.proa.api.value.Quantity;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Finds what tells the use of each resource, and adds the use of a whole namespace up. Safe for any thread. */
public final class Evaluators {
    /** Resources that quotas do not count, mostly since they are not stored. */
    private static final Set<String> IGNORED = Set.of(
            "bindings",
            "componentstatuses",
            "events",
            "events.events.k8s.io",
            "tokenreviews.authentication.k8s.io",
            "selfsubjectreviews.authentication.k8s.io",
            "subjectaccessreviews.authorization.k8s.io",
            "selfsubjectaccessreviews.authorization.k8s.io",
            "localsubjectaccessreviews.authorization.k8s.io",
            "selfsubjectrulesreviews.authorization.k8s.io");
    /** Resources whose count has an older name, which is that of the resource. */
    private static final Set<String> ALIASED =
            Set.of("configmaps", "resourcequotas", "replicationcontrollers", "secrets");

    private final Map<String, Evaluator> special;

    /**
     * @param now the time
     * @param others the other objects of the cluster
     */
    public Evaluators(Supplier<Instant> now, ClusterObjects others) {
        special = List.<Evaluator>of(
                        new PodUse(now), new ServiceUse(), new VolumeClaimUse(), new DeviceClaimUse(others, now))
                .stream()
                .collect(Collectors.toMap(Evaluator::resource, Function.identity()));
    }

    /** What tells the use of a resource, as {@code deployments.apps}; null for those that quotas ignore. */
    public @Nullable Evaluator of(String resource) {
        if (IGNORED.contains(resource)) {
            return null;
        }
        Evaluator known = special.get(resource);
        return known != null ? known : new ObjectCount(resource, ALIASED.contains(resource) ? resource : "");
    }

    /** What tells the use of all that a quota limits by these names; what nothing tracks is left out. */
    public List<Evaluator> tracking(Collection<String> names) {
        List<Evaluator> evaluators = new ArrayList<>();
        Set<String> counted = new TreeSet<>();
        for (String name : names) {
            if (name.startsWith(ObjectCount.PREFIX)) {
                counted.add(name.substring(ObjectCount.PREFIX.length()));
            } else if (ALIASED.contains(name)) {
                counted.add(name);
            }
        }
        special.values().stream()
                .filter(evaluator -> names.stream().anyMatch(evaluator::tracks))
                .forEach(evaluators::add);
        counted.removeAll(special.keySet());
        counted.removeAll(IGNORED);
        counted.forEach(
                resource -> evaluators.add(new ObjectCount(resource, ALIASED.contains(resource) ? resource : "")));
        return evaluators;
    }

    /**
     * What the objects of a quota's namespace use of it.
     *
     * @param names what it limits
     * @param objects the namespace's objects of a resource; null when they are not known
     * @return the amounts by name, without those of resources whose objects are not known
     */
    public Map<String, Quantity> usage(
            Collection<String> names,
            Collection<QuotaScope> scopes,
            Function<String, @Nullable Iterable<MapValue>> objects) {
        Map<String, Quantity> sum = new TreeMap<>();
        Set<String> unknown = new TreeSet<>();
        for (Evaluator evaluator : tracking(names)) {
            List<String> tracked = evaluator.tracked(names);
            Iterable<MapValue> found = objects.apply(evaluator.resource());
            if (found == null) {
                unknown.addAll(tracked);
                continue;
            }
            tracked.forEach(name -> sum.putIfAbsent(name, Quantity.ZERO));
            for (MapValue object : found) {
                if (scopes.stream().allMatch(scope -> evaluator.isIn(scope, object))) {
                    Amounts.only(evaluator.usage(object), tracked)
                            .forEach((name, amount) -> sum.merge(name, amount, Quantity::plus));
                }
            }
        }
        sum.keySet().removeAll(unknown);
        return sum;
    }
}
