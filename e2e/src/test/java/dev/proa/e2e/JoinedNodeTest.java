package dev.proa.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * A cluster without nodes, and a node in a process of its own that has a kubeconfig and nothing else: its images come from the
 * cluster's registry.
 */
class JoinedNodeTest {
    private static final String NODE = "second";
    private static final int PORT = 30090;

    @Test
    void runsPodsOfAClusterInAnotherProcess() throws Exception {
        try (TestCluster cluster = TestCluster.start("join", "--nodes", "0")) {
            Path home = cluster.directory().resolveSibling("joined-home");
            Path kubeconfig = cluster.file(
                    "node.kubeconfig",
                    cluster.proa("kubeconfig", "--node", NODE).ok().out());
            Process node = cluster.startNode(NODE, home, kubeconfig);
            try {
                isReady(cluster, node);
                assertThat(kubectl(cluster, "get", "node", NODE, "-o", "jsonpath={.spec.podCIDR}"))
                        .isEqualTo("10.244.0.0/24");
                assertThat(kubectl(cluster, "get", "csr", "-o", "jsonpath={.items[*].status.conditions[*].type}"))
                        .isEqualTo("Approved");
                runsAnApplication(cluster);
                String container = container(cluster);

                node.destroyForcibly().waitFor();
                assertThat(answer(cluster))
                        .as("while no process of the node runs")
                        .isEqualTo(200);
                node = cluster.startNode(NODE, home, kubeconfig);
                isReady(cluster, node);
                execWorks(cluster);
                assertThat(container(cluster)).isEqualTo(container);
                assertThat(kubectl(
                                cluster,
                                "get",
                                "pods",
                                "-l",
                                "app=web",
                                "-o",
                                "jsonpath={.items[*].status.containerStatuses[0].restartCount}"))
                        .isEqualTo("0");
                assertThat(answer(cluster)).isEqualTo(200);

                node.destroy();
                assertThat(node.waitFor(20, TimeUnit.SECONDS))
                        .as("it ends with SIGTERM")
                        .isTrue();
                assertThat(answer(cluster)).isEqualTo(200);
            } finally {
                node.destroyForcibly().waitFor();
                cluster.removeNode(NODE, home).ok();
            }
            assertThat(home.resolve("nodes").resolve(NODE)).doesNotExist();
            assertThat(answer(cluster)).as("when the node is removed").isZero();
        }
    }

    /** It orders its first certificate with a token that is good for nothing else, and needs it no more. */
    @Test
    void joinsByABootstrapToken() throws Exception {
        try (TestCluster cluster = TestCluster.start("token", "--nodes", "0")) {
            Path home = cluster.directory().resolveSibling("joined-home");
            Path kubeconfig = cluster.file(
                    "join.kubeconfig", cluster.proa("kubeconfig", "--join").ok().out());
            Run refused = cluster.kubectl("--kubeconfig", kubeconfig.toString(), "get", "secrets", "-n", "kube-system");
            assertThat(refused.err()).containsPattern("User \"system:bootstrap:[a-z0-9]{6}\" cannot list resource");
            Process node = cluster.startNode(NODE, home, kubeconfig);
            try {
                isReady(cluster, node);
                assertThat(kubectl(cluster, "get", "csr", "-o", "jsonpath={.items[*].spec.signerName}")
                                .split(" "))
                        .containsExactlyInAnyOrder(
                                "kubernetes.io/kube-apiserver-client-kubelet", "kubernetes.io/kubelet-serving");
                Path pki = home.resolve("nodes").resolve(NODE).resolve("pki");
                assertThat(Files.readString(pki.resolve("kubelet-client.pem"))).contains("BEGIN CERTIFICATE");
                assertThat(Files.getPosixFilePermissions(pki.resolve("kubelet-client.pem")))
                        .isEqualTo(PosixFilePermissions.fromString("rw-------"));

                cluster.kubectl("delete", "secrets", "-n", "kube-system", "--all")
                        .ok();
                assertThat(cluster.kubectl("--kubeconfig", kubeconfig.toString(), "get", "csr")
                                .err())
                        .contains("Unauthorized");
                node.destroyForcibly().waitFor();
                node = cluster.startNode(NODE, home, kubeconfig);
                isReady(cluster, node);
                assertThat(Files.readString(cluster.nodeLog(NODE))).doesNotContain("PRIVATE KEY");
            } finally {
                node.destroyForcibly().waitFor();
                cluster.removeNode(NODE, home).ok();
            }
        }
    }

    private static void isReady(TestCluster cluster, Process node) throws IOException {
        try {
            Await.until(
                    "the node says that it is ready",
                    Duration.ofSeconds(90),
                    () -> !node.isAlive() || saysReady(cluster, node),
                    done -> done);
        } catch (AssertionError e) {
            throw new AssertionError(e.getMessage() + ":\n" + Files.readString(cluster.nodeLog(NODE)), e);
        }
        assertThat(node.isAlive()).as(Files.readString(cluster.nodeLog(NODE))).isTrue();
        cluster.kubectl("wait", "node/" + NODE, "--for=condition=Ready", "--timeout=60s")
                .ok();
    }

    /** The log is appended to by each process of the node. */
    private static boolean saysReady(TestCluster cluster, Process node) throws IOException {
        List<String> lines = Files.readAllLines(cluster.nodeLog(NODE));
        return lines.contains("node " + NODE + " is ready as process " + node.pid());
    }

    private static void runsAnApplication(TestCluster cluster) {
        cluster.kubectlWithInput(Manifests.web("web", 1), "apply", "-f", "-").ok();
        cluster.kubectl(
                        "patch",
                        "service",
                        "web",
                        "-p",
                        "{\"spec\": {\"type\": \"NodePort\", \"ports\": [{\"port\": 80, \"nodePort\": " + PORT + "}]}}")
                .ok();
        cluster.kubectl("rollout", "status", "deployment/web", "--timeout=120s").ok();
        assertThat(kubectl(cluster, "get", "pods", "-o", "jsonpath={.items[*].spec.nodeName}"))
                .isEqualTo(NODE);
        Await.until("the node port answers", Duration.ofSeconds(30), () -> answer(cluster), status -> status == 200);
        assertThat(kubectl(cluster, "get", "events", "-o", "jsonpath={..message}"))
                .contains("Successfully pulled image \"busybox:e2e\"");
        String name = kubectl(cluster, "get", "pods", "-o", "jsonpath={.items[0].metadata.name}");
        execWorks(cluster);
        assertThat(kubectl(cluster, "exec", "deploy/web", "--", "hostname")).isEqualTo(name);
        // By its name in DNS, through its service.
        assertThat(kubectl(
                        cluster, "exec", "deploy/web", "--", "wget", "-qO-", "http://web.default.svc.cluster.local/"))
                .isEqualTo(name);
        cluster.kubectlWithInput(Manifests.pod("speaker", "echo spoken; exec sleep 100000"), "apply", "-f", "-")
                .ok();
        cluster.kubectl("wait", "pod/speaker", "--for=condition=Ready", "--timeout=60s")
                .ok();
        assertThat(kubectl(cluster, "logs", "speaker")).isEqualTo("spoken");
    }

    /** The first connection to a process that has just started may take longer than its limits allow. */
    private static void execWorks(TestCluster cluster) {
        Await.until(
                "exec works",
                Duration.ofSeconds(60),
                () -> cluster.kubectl("exec", "deploy/web", "--", "hostname").exit(),
                exit -> exit == 0);
    }

    private static int answer(TestCluster cluster) {
        try {
            return Http.get(cluster, cluster.nodePorts(), PORT, "/").status();
        } catch (IOException e) {
            return 0;
        }
    }

    private static String container(TestCluster cluster) {
        return kubectl(
                cluster,
                "get",
                "pods",
                "-l",
                "app=web",
                "-o",
                "jsonpath={.items[*].status.containerStatuses[0].containerID}");
    }

    private static String kubectl(TestCluster cluster, String... arguments) {
        return cluster.kubectl(arguments).ok().text();
    }
}
