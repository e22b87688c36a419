package dev.proa.control.scheduler;

import dev.proa.api.codec.Json;
import dev.proa.api.core.v1.Node;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.value.MapValue;
import dev.proa.client.ObjectKey;
import java.time.Instant;

/** Pods and nodes for tests, from as little JSON as says what is special about them. */
final class Samples {
    static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    private Samples() {}

    /** @param spec as {@code "containers":[...]}, without braces */
    static Pod pod(String name, String spec) {
        return new Pod(json("""
                {"apiVersion":"v1","kind":"Pod","metadata":{"name":"%s","namespace":"default","uid":"uid-of-%s","generation":1},
                 "spec":{%s}}""".formatted(name, name, spec)));
    }

    /** A pod of one container that requests so much. */
    static Pod asking(String name, String cpu, String memory) {
        return pod(name, container(cpu, memory));
    }

    static String container(String cpu, String memory) {
        return """
                "containers":[{"name":"c","image":"i","resources":{"requests":{"cpu":"%s","memory":"%s"}}}]""".formatted(cpu, memory);
    }

    static PodInfo info(Pod pod) {
        return PodInfo.of(pod, START, 0);
    }

    /** @param more as {@code "spec":{...},"status":{...}}; the status must have what is allocatable */
    static Node node(String name, String labels, String more) {
        return new Node(json("""
                {"apiVersion":"v1","kind":"Node","metadata":{"name":"%s","labels":{%s}},%s}""".formatted(name, labels, more)));
    }

    static Node node(String name, String cpu, String memory, int pods) {
        return node(name, "", "\"spec\":{}," + allocatable(cpu, memory, pods));
    }

    static Node tainted(String name, String... keysAndEffects) {
        StringBuilder taints = new StringBuilder();
        for (String taint : keysAndEffects) {
            String[] parts = taint.split(":", 2);
            taints.append(taints.isEmpty() ? "" : ",")
                    .append("{\"key\":\"%s\",\"effect\":\"%s\"}".formatted(parts[0], parts[1]));
        }
        return node(name, "", "\"spec\":{\"taints\":[" + taints + "]}," + allocatable("4", "8Gi", 110));
    }

    static String allocatable(String cpu, String memory, int pods) {
        return "\"status\":{\"allocatable\":{\"cpu\":\"%s\",\"memory\":\"%s\",\"pods\":\"%d\"}}"
                .formatted(cpu, memory, pods);
    }

    /** A node on which these pods are. */
    static NodeInfo state(Node node, Pod... pods) {
        NodeInfo state = new NodeInfo(node);
        for (Pod pod : pods) {
            state.add(ObjectKey.of(pod.value()), PodRequests.of(pod));
        }
        return state;
    }

    private static MapValue json(String text) {
        return Json.decodeMap(text);
    }
}
