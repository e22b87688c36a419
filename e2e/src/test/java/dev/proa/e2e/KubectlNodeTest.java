package dev.proa.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/** How kubectl takes a node out of service and back: cordon, drain, uncordon, taint. */
@ExtendWith(SharedCluster.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class KubectlNodeTest {
    private final TestCluster cluster;
    private final String namespace;
    private final String node;

    KubectlNodeTest(TestCluster cluster) {
        this.cluster = cluster;
        this.namespace = cluster.newNamespace("nodes");
        this.node = cluster.kubectl("get", "nodes", "-o", "jsonpath={.items[0].metadata.name}")
                .ok()
                .text();
    }

    private Run kubectl(String... arguments) {
        return cluster.kubectl(Arguments.in(namespace, arguments)).ok();
    }

    private void apply(String manifest) {
        cluster.kubectlWithInput(manifest, "apply", "-n", namespace, "-f", "-").ok();
    }

    /** The node is that of other tests too. */
    @AfterEach
    void restore() {
        cluster.kubectl("uncordon", node).ok();
        cluster.kubectl("taint", "node", node, "closed-");
    }

    private void awaitUnschedulable(String pod, String reason) {
        Await.until(
                "the scheduler has said why the pod waits",
                () -> kubectl(
                                "get",
                                "pod",
                                pod,
                                "-o",
                                "jsonpath={.status.conditions[?(@.type=='PodScheduled')].message}")
                        .text(),
                message -> message.contains(reason));
    }

    @Test
    void noOtherProcessTakesANodeOfTheServer() {
        String refusal = "node \"" + node + "\" is run by the server of cluster";
        assertThat(cluster.node(node, "--remove").exits(1).err()).contains(refusal);
        assertThat(cluster.node(node).exits(1).err()).contains(refusal);
        assertThat(cluster.node("nobody", "--remove").exits(1).err())
                .contains("there is no node \"nobody\" on this machine");
    }

    @Test
    void cordons() {
        assertThat(cluster.kubectl("cordon", node).ok().text()).isEqualTo("node/" + node + " cordoned");
        assertThat(cluster.kubectl("get", "node", node).ok().out()).contains("Ready,SchedulingDisabled");
        apply(Manifests.pod("waiting", "exec sleep 100000"));
        awaitUnschedulable("waiting", "0/1 nodes are available: 1 node(s) were unschedulable");

        assertThat(cluster.kubectl("uncordon", node).ok().text()).isEqualTo("node/" + node + " uncordoned");
        kubectl("wait", "pod/waiting", "--for=condition=Ready", "--timeout=120s");
    }

    @Test
    void drains() {
        apply(Manifests.web("drained", 2));
        kubectl("rollout", "status", "deployment/drained", "--timeout=120s");

        Run run = cluster.kubectl("drain", node, "--pod-selector=app=drained", "--timeout=120s")
                .ok();

        assertThat(run.out().lines().filter(line -> line.matches("pod/drained-\\S+ evicted")))
                .hasSize(2);
        assertThat(run.out()).contains("node/" + node + " drained");
        Await.until(
                "their successors wait",
                () -> kubectl("get", "pods", "-l", "app=drained", "-o", "jsonpath={.items[*].status.phase}")
                        .text(),
                "Pending Pending"::equals);
        cluster.kubectl("uncordon", node).ok();
        kubectl("rollout", "status", "deployment/drained", "--timeout=120s");
    }

    @Test
    void taints() {
        assertThat(cluster.kubectl("taint", "node", node, "closed=yes:NoSchedule")
                        .ok()
                        .text())
                .isEqualTo("node/" + node + " tainted");
        assertThat(cluster.kubectl("taint", "node", node, "closed=no:NoSchedule")
                        .exits(1)
                        .err())
                .contains("already has closed taint(s) with same effect(s) and --overwrite is false");
        assertThat(cluster.kubectl("describe", "node", node).ok().out())
                .containsPattern("Taints: +closed=yes:NoSchedule");
        apply(Manifests.pod("repelled", "exec sleep 100000"));
        apply(Manifests.pod("tolerant", "exec sleep 100000")
                .replace("spec:\n", "spec:\n  tolerations: [{key: closed, operator: Exists}]\n"));

        kubectl("wait", "pod/tolerant", "--for=condition=Ready", "--timeout=120s");
        awaitUnschedulable("repelled", "0/1 nodes are available: 1 node(s) had untolerated taint(s)");

        assertThat(cluster.kubectl("taint", "node", node, "closed-").ok().text())
                .isEqualTo("node/" + node + " untainted");
        kubectl("wait", "pod/repelled", "--for=condition=Ready", "--timeout=120s");
    }
}
