package dev.proa.control.podgc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.codec.Json;
import dev.proa.api.core.v1.Node;
import dev.proa.api.core.v1.Pod;
import dev.proa.client.Patch;
import dev.proa.client.ResourceClient;
import dev.proa.control.shared.Pods;
import dev.proa.control.shared.TestCluster;
import dev.proa.testing.Await;
import dev.proa.testing.SimulatedClock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PodGarbageCollectorTest {
    private final SimulatedClock clock = new SimulatedClock();
    private final TestCluster cluster = new TestCluster(clock);
    private final ResourceClient<Pod> pods = cluster.client.resource(Pod.KIND).in("default");
    private final AtomicReference<PodGarbageCollector> collector = new AtomicReference<>();

    @BeforeEach
    void start() throws Exception {
        // Made and not started: tests run its rounds themselves
        collector.set(new PodGarbageCollector(cluster.context, 2));
        cluster.informers.start();
        cluster.client.resource(Node.KIND).create(Node.of("", "there"));
    }

    @AfterEach
    void close() {
        cluster.close();
    }

    private void pod(String name, String node, String phase) throws InterruptedException {
        Pod pod = cluster.createPod(new Pod(Json.decodeMap("""
                {"apiVersion":"v1","kind":"Pod","metadata":{"name":"%s","namespace":"default"},
                 "spec":{"nodeName":"%s","containers":[{"name":"main","image":"web:1"}]},"status":{"phase":"%s"}}""".formatted(name, node, phase))));
        cluster.awaitSeen(Pod.KIND, pod);
    }

    private void awaitKnown(int count) throws InterruptedException {
        Await.until(
                count + " pods are known",
                () -> cluster.context.pods().informer().size() == count
                        && cluster.informers.informer(Node.KIND).size() == 1);
    }

    @Test
    void endsPodsOfNodesThatAreGoneAfterAWhile() throws Exception {
        pod("lost", "gone", "Running");
        pod("fine", "there", "Running");
        awaitKnown(2);
        collector.get().collect();
        clock.advance(Duration.ofSeconds(39));
        collector.get().collect();
        assertThat(pods.list()).hasSize(2);
        clock.advance(Duration.ofSeconds(1));
        collector.get().collect();
        assertThat(pods.list()).extracting(Pod::name).containsExactly("fine");
    }

    @Test
    void keepsOnlySomeOfThoseThatEnded() throws Exception {
        for (String name : List.of("a", "b", "c")) {
            pod(name, "there", "Succeeded");
            clock.advance(Duration.ofSeconds(1));
        }
        pod("running", "there", "Running");
        awaitKnown(4);
        collector.get().collect();
        assertThat(pods.list()).extracting(Pod::name).containsExactlyInAnyOrder("b", "c", "running");
    }

    @Test
    void marksAsFailedWhatNoNodeWillEnd() throws Exception {
        held("unbound", "");
        held("lost", "gone");
        awaitKnown(2);
        collector.get().collect();
        clock.advance(Duration.ofSeconds(40));
        collector.get().collect();
        assertThat(pods.get("unbound").status().phase()).isEqualTo("Failed");
        assertThat(Pods.condition(pods.get("unbound"), "DisruptionTarget")).isNull();
        assertThat(pods.get("lost").status().phase()).isEqualTo("Failed");
        assertThat(pods.get("lost").status().conditions())
                .extracting(condition -> condition.type() + ": " + condition.message())
                .containsExactly("DisruptionTarget: PodGC: node no longer exists");
    }

    /** A pod that is deleted but held by a finalizer. */
    private void held(String name, String node) throws InterruptedException {
        pod(name, node, "Running");
        pods.patch(name, Patch.merge(Json.decodeMap("{\"metadata\":{\"finalizers\":[\"test/hold\"]}}")));
        pods.delete(name);
        cluster.awaitSeen(Pod.KIND, pods.get(name));
    }

    @Test
    void endsWhatWasDeletedFromANodeThatIsOutOfService() throws Exception {
        pod("deleted", "there", "Running");
        pod("running", "there", "Running");
        pods.patch("deleted", Patch.merge(Json.decodeMap("{\"metadata\":{\"finalizers\":[\"test/hold\"]}}")));
        pods.delete("deleted");
        cluster.awaitSeen(Pod.KIND, pods.get("deleted"));
        collector.get().collect();
        assertThat(pods.get("deleted").status().phase())
                .as("its node may still end it")
                .isEqualTo("Running");
        Node tainted = cluster.client.resource(Node.KIND).patch("there", Patch.merge(Json.decodeMap("""
                        {"spec":{"taints":[{"key":"node.kubernetes.io/out-of-service","effect":"NoExecute"}]}}""")));
        cluster.awaitSeen(Node.KIND, tainted);
        collector.get().collect();
        assertThat(pods.get("deleted").status().phase()).isEqualTo("Failed");
        assertThat(pods.get("running").status().phase()).isEqualTo("Running");
    }
}
