package dev.proa.control.replicaset;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.codec.Json;
import dev.proa.api.core.v1.Pod;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class DeletionOrderTest {
    private static final Instant NOW = Instant.parse("2026-01-01T12:00:00Z");

    private static Pod pod(String name, String node, String phase, String readySince, String created, String rest) {
        String ready = readySince.isEmpty()
                ? ""
                : "\"conditions\":[{\"type\":\"Ready\",\"status\":\"True\",\"lastTransitionTime\":\"" + readySince
                        + "\"}],";
        return new Pod(Json.decodeMap("{\"metadata\":{\"name\":\"" + name + "\",\"uid\":\"" + name
                + "\",\"creationTimestamp\":\"" + created + "\"" + rest + "},\"spec\":{\"nodeName\":\"" + node
                + "\"},\"status\":{" + ready + "\"phase\":\"" + phase + "\"}}"));
    }

    private static List<String> order(Pod... pods) {
        List<Pod> all = List.of(pods);
        return java.util.stream.IntStream.rangeClosed(1, pods.length - 1)
                .mapToObj(count ->
                        DeletionOrder.choose(all, all, count, NOW).getLast().name())
                .toList();
    }

    @Test
    void takesThoseThatAreMissedLeastFirst() {
        String old = "2026-01-01T00:00:00Z";
        assertThat(order(
                        pod("ready-old", "a", "Running", old, old, ""),
                        pod("ready-young", "b", "Running", "2026-01-01T11:59:59Z", old, ""),
                        pod(
                                "cheap",
                                "c",
                                "Running",
                                old,
                                old,
                                ",\"annotations\":{\"controller.kubernetes.io/pod-deletion-cost\":\"-5\"}"),
                        pod("running", "d", "Running", "", old, ""),
                        pod("pending", "e", "Pending", "", old, ""),
                        pod("unbound", "", "Pending", "", old, "")))
                .containsExactly("unbound", "pending", "running", "cheap", "ready-young");
    }

    @Test
    void prefersNodesWithMorePods() {
        String old = "2026-01-01T00:00:00Z";
        assertThat(order(
                                pod("a1", "a", "Running", old, old, ""),
                                pod("b1", "b", "Running", old, old, ""),
                                pod("b2", "b", "Running", old, old, ""))
                        .getFirst())
                .startsWith("b");
    }

    /** Whether a pod is ready counts, not whether it is available. */
    @Test
    void prefersNodesWithMorePodsToPodsThatAreJustReady() {
        String old = "2026-01-01T00:00:00Z";
        assertThat(order(
                                pod("a1", "a", "Running", "2026-01-01T11:59:59Z", old, ""),
                                pod("b1", "b", "Running", old, old, ""),
                                pod("b2", "b", "Running", old, old, ""))
                        .getFirst())
                .isEqualTo("b1");
    }

    /** UIDs are the API server's, so what goes by them would not be the same when a test is repeated. */
    @Test
    void takesPodsThatAreAlikeInTheOrderOfTheirNames() {
        Pod first = pod("x", "a", "Running", "", "2026-01-01T00:00:00Z", "");
        Pod last = new Pod(first.value()
                .withMap("metadata", metadata -> metadata.with("name", "y").with("uid", "a")));
        assertThat(order(last, first)).containsExactly("x");
    }
}
