package dev.proa.control.scheduler.facts;

import static dev.proa.control.scheduler.facts.RandomNodes.pick;

import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;

/** Random node affinity, inter-pod affinity and anti-affinity, and topology spread constraints. */
final class RandomConstraints {
    private static final String REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution";
    private static final String PREFERRED = "preferredDuringSchedulingIgnoredDuringExecution";

    private final Random random;

    RandomConstraints(Random random) {
        this.random = random;
    }

    void add(MapValue.Builder spec, int rare) {
        MapValue.Builder affinity = MapValue.builder();
        if (random.nextInt(3 * rare) == 0) {
            affinity.put("nodeAffinity", nodeAffinity());
        }
        if (random.nextInt(2 * rare) == 0) {
            affinity.put("podAffinity", podAffinity(2));
        }
        if (random.nextInt(2 * rare) == 0) {
            affinity.put("podAntiAffinity", podAffinity(1));
        }
        MapValue all = affinity.build();
        if (!all.isEmpty()) {
            spec.put("affinity", all);
        }
        if (random.nextInt(2 * rare) == 0) {
            List<MapValue> spread = new ArrayList<>();
            for (int i = 0; i <= random.nextInt(2); i++) {
                spread.add(spread());
            }
            spec.put("topologySpreadConstraints", ListValue.copyOf(spread));
        }
    }

    private MapValue nodeAffinity() {
        MapValue.Builder affinity = MapValue.builder();
        if (random.nextBoolean()) {
            affinity.put(REQUIRED, MapValue.of("nodeSelectorTerms", some(this::nodeTerm)));
        }
        if (random.nextBoolean()) {
            affinity.put(
                    PREFERRED, some(() -> MapValue.of("weight", 1L + random.nextInt(100), "preference", nodeTerm())));
        }
        return affinity.build();
    }

    private MapValue nodeTerm() {
        if (random.nextInt(5) == 0) {
            return MapValue.of(
                    "matchFields",
                    ListValue.of(
                            requirement("metadata.name", pick(random, "In", "NotIn"), "node-" + random.nextInt(6))));
        }
        return MapValue.of("matchExpressions", some(() -> switch (random.nextInt(5)) {
            case 0 -> requirement("disk", pick(random, "In", "NotIn"), pick(random, "ssd", "hdd"));
            case 1 -> requirement("cores", pick(random, "Gt", "Lt"), "" + random.nextInt(16));
            case 2 -> requirement("rack", "Exists");
            case 3 -> requirement("region", "DoesNotExist");
            default -> requirement("topology.kubernetes.io/zone", "In", "zone-0", "zone-" + random.nextInt(3));
        }));
    }

    /** @param most how many terms of each kind at most */
    private MapValue podAffinity(int most) {
        MapValue.Builder affinity = MapValue.builder();
        int kinds = 1 + random.nextInt(3);
        if ((kinds & 1) != 0) {
            List<MapValue> terms = new ArrayList<>();
            for (int i = 0; i <= random.nextInt(most); i++) {
                terms.add(podTerm());
            }
            affinity.put(REQUIRED, ListValue.copyOf(terms));
        }
        if ((kinds & 2) != 0) {
            affinity.put(
                    PREFERRED,
                    some(() -> MapValue.of("weight", 1L + random.nextInt(100), "podAffinityTerm", podTerm())));
        }
        return affinity.build();
    }

    private MapValue podTerm() {
        MapValue.Builder term = MapValue.builder();
        term.put("topologyKey", topologyKey());
        if (random.nextInt(15) > 0) {
            term.put("labelSelector", podSelector());
        }
        if (random.nextInt(5) == 0) {
            term.put("namespaces", ListValue.of("default", pick(random, "n1", "n2")));
        }
        if (random.nextInt(5) == 0) {
            term.put("namespaceSelector", namespaceSelector());
        }
        return term.build();
    }

    private MapValue namespaceSelector() {
        return switch (random.nextInt(4)) {
            case 0 -> MapValue.EMPTY;
            case 1 -> MapValue.of("matchLabels", MapValue.of("team", pick(random, "a", "b")));
            case 2 -> MapValue.of("matchExpressions", ListValue.of(requirement("env", "Exists")));
            default -> MapValue.of("matchExpressions", ListValue.of(requirement("team", "NotIn", "a")));
        };
    }

    private MapValue podSelector() {
        return switch (random.nextInt(7)) {
            case 0 -> MapValue.EMPTY;
            case 1 -> MapValue.of("matchExpressions", ListValue.of(requirement("app", "NotIn", "web")));
            case 2 -> MapValue.of("matchExpressions", ListValue.of(requirement("version", "Exists")));
            case 3 ->
                MapValue.of(
                        "matchLabels",
                        MapValue.of("tier", pick(random, "front", "back")),
                        "matchExpressions",
                        ListValue.of(requirement("app", "In", "web", "db")));
            default -> MapValue.of("matchLabels", MapValue.of("app", pick(random, "web", "api", "db")));
        };
    }

    private String topologyKey() {
        return pick(
                random,
                "topology.kubernetes.io/zone",
                "topology.kubernetes.io/zone",
                "kubernetes.io/hostname",
                "kubernetes.io/hostname",
                "region",
                "rack");
    }

    private MapValue spread() {
        MapValue.Builder constraint = MapValue.builder();
        boolean hard = random.nextBoolean();
        constraint.put("maxSkew", 1L + random.nextInt(3));
        constraint.put("topologyKey", topologyKey());
        constraint.put("whenUnsatisfiable", hard ? "DoNotSchedule" : "ScheduleAnyway");
        if (random.nextInt(15) > 0) {
            constraint.put("labelSelector", podSelector());
        }
        if (hard && random.nextInt(3) == 0) {
            constraint.put("minDomains", 1L + random.nextInt(5));
        }
        if (random.nextInt(3) == 0) {
            constraint.put("nodeAffinityPolicy", pick(random, "Honor", "Ignore"));
        }
        if (random.nextInt(3) == 0) {
            constraint.put("nodeTaintsPolicy", pick(random, "Honor", "Ignore"));
        }
        if (random.nextInt(4) == 0) {
            constraint.put("matchLabelKeys", ListValue.of("version", "none"));
        }
        return constraint.build();
    }

    private ListValue some(Supplier<MapValue> make) {
        List<MapValue> made = new ArrayList<>();
        for (int i = 0; i <= random.nextInt(2); i++) {
            made.add(make.get());
        }
        return ListValue.copyOf(made);
    }

    private static MapValue requirement(String key, String operator, String... values) {
        return values.length == 0
                ? MapValue.of("key", key, "operator", operator)
                : MapValue.of("key", key, "operator", operator, "values", ListValue.of((Object[]) values));
    }
}
