package dev.proa.control.scheduler.facts;

import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * A cluster and a pod to place in it, both random.
 *
 * @param nodes of the cluster
 * @param pods those on nodes, and those that are nominated for one
 */
record PlacementCase(List<MapValue> nodes, List<MapValue> pods, MapValue pod) {
    /** The case of a seed; the same seed gives the same case on any machine. */
    static PlacementCase of(long seed) {
        Random random = new Random(seed * 1_000_003);
        RandomPods pods = new RandomPods(random);
        RandomVolumes volumes = new RandomVolumes(new Random(seed * 1_000_033));
        int count = 3 + random.nextInt(10);
        List<MapValue> nodes = new ArrayList<>();
        List<MapValue> all = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            String name = "node-" + i;
            nodes.add(RandomNodes.node(name, random));
            int placed = random.nextInt(5);
            for (int j = 0; j < placed; j++) {
                all.add(volumes.usedBy(pods.placed("pod-" + i + "-" + j, name, j == 0)));
            }
        }
        for (int i = 0; i < (random.nextInt(4) == 0 ? 2 : 0); i++) {
            all.add(pods.nominated("nominated-" + i, "node-" + random.nextInt(count)));
        }
        return new PlacementCase(nodes, all, volumes.wantedBy(pods.waiting("pod")));
    }

    MapValue toJson() {
        return MapValue.of("nodes", ListValue.copyOf(nodes), "pods", ListValue.copyOf(pods), "pod", pod);
    }

    /** What the plugins read beside nodes and pods; the same in all cases. */
    static List<MapValue> world() {
        List<MapValue> objects = new ArrayList<>(RandomVolumes.world());
        objects.addAll(namespacesAndOwners());
        return objects;
    }

    private static List<MapValue> namespacesAndOwners() {
        return List.of(
                namespace("default", MapValue.of("team", "a")),
                namespace("n1", MapValue.of("team", "a", "env", "prod")),
                namespace("n2", MapValue.of("team", "b")),
                namespace("n3", MapValue.EMPTY),
                object("v1", "Service", "default", "web", MapValue.of("selector", MapValue.of("app", "web"))),
                object(
                        "v1",
                        "Service",
                        "n1",
                        "api",
                        MapValue.of("selector", MapValue.of("app", "api", "tier", "back"))),
                object("v1", "Service", "n1", "all", MapValue.EMPTY),
                object("v1", "ReplicationController", "n2", "old", MapValue.of("selector", MapValue.of("app", "db"))),
                object(
                        "apps/v1",
                        "ReplicaSet",
                        "default",
                        "api",
                        MapValue.of("selector", MapValue.of("matchLabels", MapValue.of("app", "api")))),
                object(
                        "apps/v1",
                        "StatefulSet",
                        "n1",
                        "db",
                        MapValue.of(
                                "selector",
                                MapValue.of(
                                        "matchExpressions",
                                        ListValue.of(MapValue.of(
                                                "key",
                                                "app",
                                                "operator",
                                                "In",
                                                "values",
                                                ListValue.of("db", "api")))))));
    }

    private static MapValue namespace(String name, MapValue labels) {
        return MapValue.of(
                "apiVersion", "v1", "kind", "Namespace", "metadata", MapValue.of("name", name, "labels", labels));
    }

    private static MapValue object(String apiVersion, String kind, String namespace, String name, MapValue spec) {
        return MapValue.of(
                "apiVersion",
                apiVersion,
                "kind",
                kind,
                "metadata",
                MapValue.of("namespace", namespace, "name", name),
                "spec",
                spec);
    }
}
