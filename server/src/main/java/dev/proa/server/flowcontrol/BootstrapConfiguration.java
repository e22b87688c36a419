package dev.proa.server.flowcontrol;

import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import java.util.ArrayList;
import java.util.List;

/**
 * The FlowSchemas and PriorityLevelConfigurations that a cluster has from the start, as kube-apiserver makes them: mandatory ones, without which
 * requests could not be classified, and suggested ones.
 */
public final class BootstrapConfiguration {
    /** On objects that follow these: {@code true} as long as nobody else maintains them. */
    public static final String AUTO_UPDATE = "apf.kubernetes.io/autoupdate-spec";

    static final String CATCH_ALL = "catch-all";

    private static final String API = "flowcontrol.apiserver.k8s.io/v1";
    private static final ListValue ALL = ListValue.of("*");
    private static final String NODES = "system:nodes";
    private static final String MANAGER = "system:kube-controller-manager";
    private static final String SCHEDULER = "system:kube-scheduler";

    private BootstrapConfiguration() {}

    public static List<MapValue> mandatoryLevels() {
        return List.of(
                level(
                        CATCH_ALL,
                        MapValue.of("type", "Limited", "limited", limited(5, 0, MapValue.of("type", "Reject")))),
                level(
                        "exempt",
                        MapValue.of(
                                "type",
                                "Exempt",
                                "exempt",
                                MapValue.of("nominalConcurrencyShares", 0L, "lendablePercent", 0L))));
    }

    public static List<MapValue> suggestedLevels() {
        return List.of(
                queued("system", 30, 33, 64, 6),
                queued("node-high", 40, 25, 64, 6),
                queued("leader-election", 10, 0, 16, 4),
                queued("workload-high", 40, 50, 128, 6),
                queued("workload-low", 100, 90, 128, 6),
                queued("global-default", 20, 50, 128, 6));
    }

    public static List<MapValue> mandatorySchemas() {
        return List.of(
                schema("exempt", "exempt", 1, "", groups("system:masters"), everything()),
                schema(CATCH_ALL, CATCH_ALL, 10_000, "ByUser", everybody(), everything()));
    }

    public static List<MapValue> suggestedSchemas() {
        return List.of(
                schema("system-nodes", "system", 500, "ByUser", groups(NODES), everything()),
                schema(
                        "system-node-high",
                        "node-high",
                        400,
                        "ByUser",
                        groups(NODES),
                        resources(
                                resource(ALL, ListValue.of(""), ListValue.of("nodes", "nodes/status"), true),
                                leases(ALL))),
                schema(
                        "probes",
                        "exempt",
                        2,
                        "",
                        everybody(),
                        MapValue.of(
                                "nonResourceRules",
                                ListValue.of(MapValue.of(
                                        "verbs",
                                        ListValue.of("get"),
                                        "nonResourceURLs",
                                        ListValue.of("/healthz", "/readyz", "/livez"))))),
                schema(
                        "system-leader-election",
                        "leader-election",
                        100,
                        "ByUser",
                        joined(users(MANAGER, SCHEDULER), kubeSystemAccounts()),
                        resources(leases(ListValue.of("get", "create", "update")))),
                schema("kube-controller-manager", "workload-high", 800, "ByNamespace", users(MANAGER), everything()),
                schema("kube-scheduler", "workload-high", 800, "ByNamespace", users(SCHEDULER), everything()),
                schema(
                        "kube-system-service-accounts",
                        "workload-high",
                        900,
                        "ByNamespace",
                        kubeSystemAccounts(),
                        everything()),
                schema(
                        "service-accounts",
                        "workload-low",
                        9000,
                        "ByUser",
                        groups("system:serviceaccounts"),
                        everything()),
                schema("global-default", "global-default", 9900, "ByUser", everybody(), everything()));
    }

    private static MapValue object(String kind, String name, MapValue spec) {
        return MapValue.of(
                "apiVersion",
                API,
                "kind",
                kind,
                "metadata",
                MapValue.of("name", name, "annotations", MapValue.of(AUTO_UPDATE, "true")),
                "spec",
                spec);
    }

    private static MapValue level(String name, MapValue spec) {
        return object("PriorityLevelConfiguration", name, spec);
    }

    private static MapValue queued(String name, long shares, long lendable, long queues, long hand) {
        MapValue queuing = MapValue.of("queues", queues, "handSize", hand, "queueLengthLimit", 50L);
        return level(
                name,
                MapValue.of(
                        "type",
                        "Limited",
                        "limited",
                        limited(shares, lendable, MapValue.of("type", "Queue", "queuing", queuing))));
    }

    private static MapValue limited(long shares, long lendable, MapValue response) {
        return MapValue.of("nominalConcurrencyShares", shares, "lendablePercent", lendable, "limitResponse", response);
    }

    private static MapValue schema(
            String name, String level, long precedence, String distinguisher, ListValue subjects, MapValue rules) {
        MapValue spec = MapValue.of(
                "priorityLevelConfiguration",
                MapValue.of("name", level),
                "matchingPrecedence",
                precedence,
                "rules",
                ListValue.of(rules.with("subjects", subjects)));
        return object(
                "FlowSchema",
                name,
                distinguisher.isEmpty() ? spec : spec.with("distinguisherMethod", MapValue.of("type", distinguisher)));
    }

    private static ListValue groups(String... names) {
        return subjects("Group", "group", names);
    }

    private static ListValue users(String... names) {
        return subjects("User", "user", names);
    }

    private static ListValue subjects(String kind, String field, String... names) {
        List<MapValue> all = new ArrayList<>();
        for (String name : names) {
            all.add(MapValue.of("kind", kind, field, MapValue.of("name", name)));
        }
        return ListValue.copyOf(all);
    }

    private static ListValue kubeSystemAccounts() {
        return ListValue.of(MapValue.of(
                "kind", "ServiceAccount", "serviceAccount", MapValue.of("name", "*", "namespace", "kube-system")));
    }

    private static ListValue everybody() {
        return groups("system:unauthenticated", "system:authenticated");
    }

    private static ListValue joined(ListValue some, ListValue others) {
        List<Object> all = new ArrayList<>();
        some.forEach(all::add);
        others.forEach(all::add);
        return ListValue.copyOf(all);
    }

    private static MapValue everything() {
        return resources(resource(ALL, ALL, ALL, true))
                .with("nonResourceRules", ListValue.of(MapValue.of("verbs", ALL, "nonResourceURLs", ALL)));
    }

    private static MapValue resources(MapValue... rules) {
        return MapValue.of("resourceRules", ListValue.copyOf(List.of(rules)));
    }

    private static MapValue leases(ListValue verbs) {
        return resource(verbs, ListValue.of("coordination.k8s.io"), ListValue.of("leases"), false);
    }

    private static MapValue resource(ListValue verbs, ListValue groups, ListValue resources, boolean cluster) {
        MapValue rule = MapValue.of("verbs", verbs, "apiGroups", groups, "resources", resources, "namespaces", ALL);
        return cluster ? rule.with("clusterScope", true) : rule;
    }
}
