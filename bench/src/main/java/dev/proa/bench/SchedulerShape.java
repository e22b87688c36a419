package dev.proa.bench;

import dev.proa.api.codec.Json;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What is asked of a scheduler: the shapes of Kubernetes' {@code scheduler_perf}, with fewer pods so that all of them together take
 * minutes. Nodes have four processors, pods want a tenth of one where nothing else is said.
 */
enum SchedulerShape {
    BASIC("SchedulingBasic", "none", ""),
    AFFINITY(
            "SchedulingPodAffinity",
            "blue",
            "\"affinity\":{\"podAffinity\":" + required("topology.kubernetes.io/zone", "blue") + "},"),
    ANTI_AFFINITY(
            "SchedulingPodAntiAffinity",
            "green",
            "\"affinity\":{\"podAntiAffinity\":" + required("kubernetes.io/hostname", "green") + "},"),
    SPREADING("TopologySpreading", "blue", """
            "topologySpreadConstraints":[{"maxSkew":5,"topologyKey":"topology.kubernetes.io/zone",
            "whenUnsatisfiable":"DoNotSchedule","labelSelector":{"matchLabels":{"color":"blue"}}}],"""),
    /** Each node is full of four pods of low priority, three of which have to go for one of the pods that are measured. */
    PREEMPTION("PreemptionBasic", "none", "\"priorityClassName\":\"" + SchedulerShape.HIGH_PRIORITY + "\","),
    /** A node, a pod that fits nowhere and a service come and go meanwhile. */
    MIXED_CHURN("SchedulingWithMixedChurn", "none", ""),
    /** As the pods of a DaemonSet, all of one node that is there besides the others. */
    DAEMONSET("SchedulingDaemonset", "none", """
            "affinity":{"nodeAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":{"nodeSelectorTerms":[
            {"matchFields":[{"key":"metadata.name","operator":"In","values":["scheduler-perf-node"]}]}]}}},""");

    /** The priority class of pods that preempt others. */
    static final String HIGH_PRIORITY = "bench-high";
    /** The namespaces of the pods that are there before, and of those that are measured. */
    static final List<String> NAMESPACES = List.of("sched-0", "sched-1");

    private static final String MEMORY = "500Mi";
    private static final int LOW_PRIORITY_PODS_OF_A_NODE = 4;

    private final String title;
    private final String color;
    private final String spec;

    SchedulerShape(String title, String color, String spec) {
        this.title = title;
        this.color = color;
        this.spec = spec;
    }

    private static String required(String topologyKey, String color) {
        return """
                {"requiredDuringSchedulingIgnoredDuringExecution":[{"labelSelector":{"matchLabels":{"color":"%s"}},
                "topologyKey":"%s","namespaces":["sched-1","sched-0"]}]}""".formatted(color, topologyKey);
    }

    /** @throws IllegalArgumentException when there is none of this title */
    static SchedulerShape titled(String title) {
        return Arrays.stream(values())
                .filter(shape -> shape.title.equals(title))
                .findAny()
                .orElseThrow(() -> new IllegalArgumentException("There is no shape \"" + title + "\"; there are "
                        + Arrays.stream(values()).map(SchedulerShape::title).collect(Collectors.joining(", "))));
    }

    /** As {@code scheduler_perf} calls it. */
    String title() {
        return title;
    }

    /** How many pods there are before in a cluster of some nodes. */
    int initialPods(int nodes) {
        return switch (this) {
            case BASIC, AFFINITY, SPREADING -> Math.min(nodes, 1000);
            case ANTI_AFFINITY -> Math.min(nodes / 5, 1000);
            case PREEMPTION -> LOW_PRIORITY_PODS_OF_A_NODE * nodes;
            case MIXED_CHURN, DAEMONSET -> 0;
        };
    }

    /** How many pods are measured. */
    int measuredPods(int nodes) {
        return switch (this) {
            case ANTI_AFFINITY -> Math.min(nodes * 4 / 5, 2000); // each on a node of its own
            case PREEMPTION -> Math.min(nodes, 500);
            default -> Math.clamp(2L * nodes, 1, nodes < 5000 ? 1000 : 2000);
        };
    }

    /** Whether the pods that are there before are created on their nodes: so many that scheduling them would take too long. */
    boolean placesInitialPods() {
        return this == PREEMPTION;
    }

    boolean churns() {
        return this == MIXED_CHURN;
    }

    /** A node that does not exist but as an object. */
    MapValue node(int number) {
        String zone = this == SPREADING ? "moon-" + (number % 3 + 1) : "zone1";
        return node(nodeName(number), zone, 110);
    }

    /** The node of all pods of {@link #DAEMONSET}; none otherwise. */
    List<MapValue> moreNodes() {
        return this == DAEMONSET ? List.of(node("scheduler-perf-node", "zone1", 90_000)) : List.of();
    }

    static String nodeName(int number) {
        return "scheduler-perf-" + number;
    }

    static MapValue node(String name, String zone, int pods) {
        String resources = "{\"cpu\":\"4\",\"memory\":\"32Gi\",\"pods\":\"%d\"}".formatted(pods);
        return Json.decodeMap("""
                {"apiVersion":"v1","kind":"Node","metadata":{"name":"%s","labels":{"kubernetes.io/hostname":"%1$s",
                "topology.kubernetes.io/zone":"%s"}},"spec":{},"status":{"capacity":%s,"allocatable":%3$s,
                "conditions":[{"type":"Ready","status":"True","reason":"Simulated","message":"has no kubelet"}]}}
                """.formatted(name, zone, resources));
    }

    /** The pod of a number that is there before. */
    MapValue initialPod(int number, int nodes) {
        String name = "initial-" + number;
        return switch (this) {
            case PREEMPTION -> onNode(pod(name, "low", "", "900m"), number % nodes);
            case SPREADING -> pod(name, "none", "", "100m");
            default -> pod(name, color, spec, "100m");
        };
    }

    private static MapValue onNode(MapValue pod, int node) {
        return pod.withMap("spec", spec -> spec.with("nodeName", nodeName(node)));
    }

    /** The pod of a number that is measured. */
    MapValue measuredPod(int number) {
        String cpu = switch (this) {
            case PREEMPTION -> "3";
            case DAEMONSET -> "0";
            default -> "100m";
        };
        return pod("measured-" + number, color, spec, cpu);
    }

    /** What comes and goes with {@link #MIXED_CHURN}, by the path of its list. */
    static List<Churned> churned() {
        return List.of(
                new Churned("/api/v1/nodes", node("node-churn", "zone1", 0)),
                new Churned(
                        "/api/v1/namespaces/" + NAMESPACES.getLast() + "/pods",
                        pod("pod-churn", "none", "\"priorityClassName\":\"" + HIGH_PRIORITY + "\",", "9")),
                new Churned("/api/v1/namespaces/" + NAMESPACES.getLast() + "/services", Json.decodeMap("""
                        {"apiVersion":"v1","kind":"Service","metadata":{"name":"service-churn"},
                        "spec":{"selector":{"app":"foo"},"ports":[{"protocol":"TCP","port":8080,"targetPort":8080}]}}""")));
    }

    /** An object that comes and goes, and the path of its list. */
    record Churned(String path, MapValue object) {
        String name() {
            return object.map("metadata").string("name");
        }
    }

    private static MapValue pod(String name, String color, String spec, String cpu) {
        MapValue pod = Json.decodeMap("""
                {"apiVersion":"v1","kind":"Pod","metadata":{"name":"%s","labels":{"color":"%s"}},
                "spec":{%s"terminationGracePeriodSeconds":0,"containers":[]}}
                """.formatted(name, color, spec));
        MapValue wanted = MapValue.of("cpu", cpu, "memory", MEMORY);
        MapValue container = MapValue.of(
                "name", "pause", "image", "bench/pause:1", "ports", ListValue.of(MapValue.of("containerPort", 80L)));
        MapValue full = cpu.equals("0")
                ? MapValue.of("name", "pause", "image", "bench/pause:1")
                : container.with("resources", MapValue.of("requests", wanted, "limits", wanted));
        return pod.withMap("spec", map -> map.with("containers", ListValue.of(full)));
    }
}
