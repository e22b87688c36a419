package dev.proa.control.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.codec.Json;
import dev.proa.api.coordination.v1.Lease;
import dev.proa.api.core.v1.Node;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.core.v1.Taint;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.api.value.Times;
import dev.proa.client.Patch;
import dev.proa.client.ResourceClient;
import dev.proa.client.Retry;
import dev.proa.client.clock.Clock;
import dev.proa.control.shared.Pods;
import dev.proa.control.shared.TestCluster;
import dev.proa.testing.Await;
import dev.proa.testing.SimulatedClock;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class NodeLifecycleTest {
    private final SimulatedClock clock = new SimulatedClock();
    private final TestCluster cluster = new TestCluster(clock);
    private final ResourceClient<Node> nodes = cluster.client.resource(Node.KIND);
    private final ResourceClient<Pod> pods = cluster.client.resource(Pod.KIND).in("default");
    private final ResourceClient<Lease> leases =
            cluster.client.resource(Lease.KIND).in("kube-node-lease");

    @BeforeEach
    void start() throws Exception {
        cluster.start(NodeLifecycleController::new, TaintEvictionController::new);
        for (String name : List.of("silent", "steady")) {
            nodes.create(new Node(Json.decodeMap("""
                    {"apiVersion":"v1","kind":"Node","metadata":{"name":"%s"},
                     "status":{"conditions":[{"type":"Ready","status":"True","lastHeartbeatTime":"2026-01-01T00:00:00Z"}]}}""".formatted(name))));
            leases.create(Lease.of("kube-node-lease", name));
            beat(name);
        }
        Await.until(
                "both are known",
                () -> cluster.informers.informer(Node.KIND).size() == 2
                        && cluster.informers.informer(Lease.KIND).size() == 2
                        && clock.waiting() >= TestCluster.TIMERS + 2);
    }

    @AfterEach
    void close() {
        cluster.close();
    }

    private void beat(String node) {
        leases.patch(
                node, Patch.merge(MapValue.of("spec", MapValue.of("renewTime", Times.formatMicro(clock.instant())))));
    }

    /** Time goes by, in which only one node is heard of. */
    private void pass(int seconds) throws InterruptedException {
        for (int i = 0; i < seconds; i += 10) {
            beat("steady");
            String version = leases.get("steady").resourceVersion();
            Await.until("the beat is seen", () -> {
                Lease lease = cluster.informers.informer(Lease.KIND).get("kube-node-lease", "steady");
                return lease != null && lease.resourceVersion().equals(version);
            });
            clock.advance(Duration.ofSeconds(Math.min(10, seconds - i)));
        }
    }

    /** A controller that was slow to see the last beat counts from when it saw it, so more time may have to go by. */
    private void awaitTaints() throws InterruptedException {
        for (int more = 0; more < 6 && taints(nodes.get("silent")).size() < 2; more++) {
            pass(10);
        }
        Await.until("it is tainted", () -> taints(nodes.get("silent")).size() == 2);
    }

    private void pod(String name, String tolerations) {
        cluster.createPod(new Pod(Json.decodeMap("""
                {"apiVersion":"v1","kind":"Pod","metadata":{"name":"%s","namespace":"default"},
                 "spec":{"nodeName":"silent","tolerations":[%s],"containers":[{"name":"main","image":"web:1"}]},
                 "status":{"phase":"Running","conditions":[{"type":"Ready","status":"True"}]}}""".formatted(name, tolerations))));
        assertThat(pods.get(name).name()).isEqualTo(name);
    }

    private static String untilUnreachableFor(int seconds) {
        return """
                {"key":"node.kubernetes.io/unreachable","operator":"Exists","effect":"NoExecute","tolerationSeconds":%d}""".formatted(seconds);
    }

    private static List<String> taints(Node node) {
        return node.spec().taints().stream()
                .map(taint -> taint.key() + ":" + taint.effect())
                .toList();
    }

    @Test
    void marksASilentNodeAndDrivesItsPodsOff() throws Exception {
        pod("impatient", untilUnreachableFor(0));
        pod("patient", ""); // for 300 seconds, which admission says
        pod("faithful", "{\"operator\":\"Exists\"}");
        Await.until("the pods are known", () -> cluster.context.pods().byNode().count("silent") == 3);

        pass(40);
        assertThat(taints(nodes.get("silent"))).isEmpty();
        pass(20);
        awaitTaints();
        Node silent = nodes.get("silent");
        MapValue ready = Pods.condition(silent, "Ready");
        assertThat(ready).isNotNull();
        assertThat(ready.string("status")).isEqualTo("Unknown");
        assertThat(ready.string("reason")).isEqualTo("NodeStatusUnknown");
        assertThat(ready.string("message")).isEqualTo("Kubelet stopped posting node status.");
        assertThat(taints(silent))
                .containsExactlyInAnyOrder(
                        "node.kubernetes.io/unreachable:NoSchedule", "node.kubernetes.io/unreachable:NoExecute");
        assertThat(taints(nodes.get("steady"))).isEmpty();
        Await.until("the impatient goes", () -> pods.get("impatient").isDeleting());
        Await.until("pods are not ready", () -> !Pods.isReady(pods.get("faithful")));
        assertThat(pods.get("patient").isDeleting()).isFalse();

        pass(301);
        Await.until("the patient goes", () -> pods.get("patient").isDeleting());
        assertThat(pods.get("faithful").isDeleting()).isFalse();
    }

    @Test
    void takesTheTaintsAwayWhenTheNodeIsBack() throws Exception {
        pass(60);
        awaitTaints();
        ListValue conditions = ListValue.of(
                MapValue.of("type", "Ready", "status", "True", "lastHeartbeatTime", Times.format(clock.instant())));
        Retry.onConflict(
                Clock.system(),
                () -> nodes.updateStatus(
                        new Node(nodes.get("silent").value().with("status", MapValue.of("conditions", conditions)))));
        Await.until("no taints", () -> taints(nodes.get("silent")).isEmpty());
    }

    @Test
    void taintsByConditionsAndLeavesTheTaintsOfOthers() {
        Node node = new Node(Json.decodeMap("""
                {"metadata":{"name":"n"},"spec":{"unschedulable":true,"taints":[{"key":"mine","effect":"NoExecute"},
                   {"key":"node.kubernetes.io/disk-pressure","effect":"NoSchedule"}]},
                 "status":{"conditions":[{"type":"Ready","status":"False"},{"type":"MemoryPressure","status":"True"}]}}"""));
        Node tainted = new Node(node.value()
                .withMap("spec", spec -> spec.with("taints", NodeTaints.of(node, true, clock.instant()))));
        assertThat(taints(tainted))
                .containsExactlyInAnyOrder(
                        "mine:NoExecute",
                        "node.kubernetes.io/not-ready:NoSchedule",
                        "node.kubernetes.io/not-ready:NoExecute",
                        "node.kubernetes.io/memory-pressure:NoSchedule",
                        "node.kubernetes.io/unschedulable:NoSchedule");
        assertThat(NodeTaints.of(tainted, true, clock.instant().plusSeconds(9)))
                .isSameAs(tainted.spec().value().list("taints"));
        assertThat(tainted.spec().taints().stream().map(Taint::key).distinct()).hasSize(4);
    }
}
