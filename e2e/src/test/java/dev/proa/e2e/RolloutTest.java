package dev.proa.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/** {@code kubectl rollout}: status, history, undo, pause, resume, restart. */
@ExtendWith(SharedCluster.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RolloutTest {
    private final TestCluster cluster;
    private final String namespace;

    RolloutTest(TestCluster cluster) {
        this.cluster = cluster;
        this.namespace = cluster.newNamespace("rollout");
    }

    private Run kubectl(String... arguments) {
        return cluster.kubectl(Arguments.in(namespace, arguments)).ok();
    }

    private void deploy(String name) {
        cluster.kubectlWithInput(Manifests.web(name, 2), "apply", "-n", namespace, "-f", "-")
                .ok();
        status(name);
    }

    private String status(String name) {
        return kubectl("rollout", "status", "deployment/" + name, "--timeout=60s")
                .out();
    }

    private String mode(String name) {
        return kubectl(
                        "get",
                        "deployment",
                        name,
                        "-o",
                        "jsonpath={.spec.template.spec.containers[0].env[?(@.name==\"MODE\")].value}")
                .text();
    }

    @Test
    void goesBackAndForth() {
        deploy("undone");
        kubectl("set", "env", "deployment/undone", "MODE=second");
        kubectl("annotate", "deployment/undone", "kubernetes.io/change-cause=the second");
        assertThat(status("undone")).endsWith("deployment \"undone\" successfully rolled out\n");
        kubectl("set", "env", "deployment/undone", "MODE=third");
        status("undone");

        assertThat(kubectl("rollout", "history", "deployment/undone")
                        .out()
                        .lines()
                        .skip(1)
                        .limit(4))
                .satisfiesExactly(
                        line -> assertThat(line).matches("REVISION +CHANGE-CAUSE"),
                        line -> assertThat(line).matches("1 +<none>"),
                        line -> assertThat(line).matches("2 +the second"),
                        line -> assertThat(line).startsWith("3 "));
        assertThat(kubectl("rollout", "history", "deployment/undone", "--revision=2")
                        .out())
                .containsPattern("MODE:\\s+second");

        assertThat(kubectl("rollout", "undo", "deployment/undone").text())
                .isEqualTo("deployment.apps/undone rolled back");
        status("undone");
        assertThat(mode("undone")).isEqualTo("second");
        kubectl("rollout", "undo", "deployment/undone", "--to-revision=1");
        status("undone");
        assertThat(mode("undone")).isEmpty();
        assertThat(kubectl("get", "replicasets", "-l", "app=undone", "-o", "name")
                        .out()
                        .lines())
                .as("versions that came back are not made anew")
                .hasSize(3);
    }

    @Test
    void pausesAndResumes() {
        deploy("paused");
        kubectl("rollout", "pause", "deployment/paused");
        kubectl("set", "env", "deployment/paused", "MODE=one");
        kubectl("set", "env", "deployment/paused", "MODE=two");
        kubectl("wait", "deployment/paused", "--for=condition=Progressing=Unknown", "--timeout=30s");
        assertThat(kubectl("get", "replicasets", "-l", "app=paused", "-o", "name")
                        .out()
                        .lines())
                .hasSize(1);

        kubectl("rollout", "resume", "deployment/paused");
        status("paused");

        assertThat(kubectl("get", "replicasets", "-l", "app=paused", "-o", "name")
                        .out()
                        .lines())
                .as("both changes in one rollout")
                .hasSize(2);
        assertThat(mode("paused")).isEqualTo("two");
    }

    @Test
    void restarts() {
        deploy("restarted");
        String before =
                kubectl("get", "pods", "-l", "app=restarted", "-o", "name").text();

        kubectl("rollout", "restart", "deployment/restarted");
        status("restarted");
        before.lines().forEach(pod -> kubectl("wait", "--for=delete", pod, "--timeout=60s"));

        assertThat(kubectl("get", "pods", "-l", "app=restarted", "-o", "name")
                        .out()
                        .lines())
                .doesNotContainAnyElementsOf(before.lines().toList());
    }

    @Test
    void leavesWhatRunsAloneWhenTheNewVersionDoesNotStart() {
        deploy("kept");
        kubectl("patch", "deployment", "kept", "-p", "{\"spec\":{\"progressDeadlineSeconds\":2}}");
        kubectl("set", "image", "deployment/kept", "web=nowhere.invalid/nothing:1");

        assertThat(cluster.kubectl("rollout", "status", "deployment/kept", "-n", namespace, "--timeout=60s")
                        .exits(1)
                        .err())
                .contains("exceeded its progress deadline");
        assertThat(kubectl("get", "deployment", "kept", "-o", "jsonpath={.status.availableReplicas}")
                        .text())
                .isEqualTo("2");
    }
}
