package dev.proa.control.scheduler;

import dev.proa.api.codec.Json;
import dev.proa.api.core.v1.Node;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.value.MapValue;
import dev.proa.client.Client;
import dev.proa.client.informer.InformerFactory;
import dev.proa.control.scheduler.framework.Framework;
import dev.proa.control.scheduler.framework.NodeInfo;
import dev.proa.control.scheduler.framework.PodInfo;
import dev.proa.control.scheduler.framework.PodNominator;
import dev.proa.control.scheduler.framework.PodsInBinding;
import dev.proa.control.scheduler.framework.Profile;
import dev.proa.control.scheduler.framework.SharedState;
import dev.proa.control.scheduler.framework.Snapshot;
import dev.proa.control.scheduler.metrics.SchedulerMetrics;
import dev.proa.testing.FakeTransport;
import dev.proa.testing.SimulatedClock;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Pods and nodes for tests, from as little JSON as says what is special about them. */
public final class Samples {
    public static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    private Samples() {}

    /** @param spec as {@code "containers":[...]}, without braces */
    public static Pod pod(String name, String spec) {
        return new Pod(json("""
            {"apiVersion":"v1","kind":"Pod","metadata":{"name":"%s","namespace":"default","uid":"uid-of-%s","generation":1},
             "spec":{%s}}\
            """.formatted(name, name, spec)));
    }

    /** A pod of one container that requests so much. */
    public static Pod asking(String name, String cpu, String memory) {
        return pod(name, container(cpu, memory));
    }

    public static String container(String cpu, String memory) {
        return """
            "containers":[{"name":"c","image":"i","resources":{"requests":{"cpu":"%s","memory":"%s"}}}]\
            """.formatted(cpu, memory);
    }

    public static PodInfo info(Pod pod) {
        return PodInfo.of(pod);
    }

    /** @param more as {@code "spec":{...},"status":{...}}; the status must have what is allocatable */
    public static Node node(String name, String labels, String more) {
        return new Node(json("""
            {"apiVersion":"v1","kind":"Node","metadata":{"name":"%s","labels":{%s}},%s}\
            """.formatted(name, labels, more)));
    }

    public static Node node(String name, String cpu, String memory, int pods) {
        return node(name, "", "\"spec\":{}," + allocatable(cpu, memory, pods));
    }

    public static Node tainted(String name, String... keysAndEffects) {
        StringBuilder taints = new StringBuilder();
        for (String taint : keysAndEffects) {
            String[] parts = taint.split(":", 2);
            taints.append(taints.isEmpty() ? "" : ",")
                    .append("{\"key\":\"%s\",\"effect\":\"%s\"}".formatted(parts[0], parts[1]));
        }
        return node(name, "", "\"spec\":{\"taints\":[" + taints + "]}," + allocatable("4", "8Gi", 110));
    }

    public static String allocatable(String cpu, String memory, int pods) {
        return "\"status\":{\"allocatable\":{\"cpu\":\"%s\",\"memory\":\"%s\",\"pods\":\"%d\"}}"
                .formatted(cpu, memory, pods);
    }

    /** A node on which these pods are. */
    public static NodeInfo state(Node node, Pod... pods) {
        NodeInfo state = NodeInfo.of(node);
        for (Pod pod : pods) {
            state = state.with(PodInfo.of(pod));
        }
        return state;
    }

    /** The cluster that consists of these nodes. */
    public static Snapshot snapshot(List<NodeInfo> nodes) {
        Map<String, Integer> images = new HashMap<>();
        nodes.forEach(node -> node.images().forEach(image -> images.merge(image, 1, Integer::sum)));
        return Snapshot.of(nodes, images, 1);
    }

    /** The plugins of a profile named like the default one, for tests that need no API. */
    public static Framework framework(List<Profile.Entry> plugins) {
        SimulatedClock clock = new SimulatedClock(START);
        Client client = new Client(new FakeTransport(clock));
        return new Framework(
                new Profile(Scheduler.NAME, plugins),
                new Framework.Services(
                        client,
                        new InformerFactory(client, clock, new Random(1)),
                        clock,
                        new Random(1),
                        new PodNominator(),
                        new PodsInBinding(clock),
                        new SharedState(),
                        List.of(),
                        (scheduler, about, type, reason, action, note) -> {},
                        new SchedulerMetrics(new PrometheusRegistry()),
                        pods -> {}));
    }

    public static MapValue json(String text) {
        return Json.decodeMap(text);
    }
}
