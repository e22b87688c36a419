package dev.proa.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/** Services and DNS, as pods and the node see them. */
@ExtendWith(SharedCluster.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class NetworkTest {
    private final TestCluster cluster;
    private final String namespace;

    NetworkTest(TestCluster cluster) {
        this.cluster = cluster;
        this.namespace = cluster.newNamespace("network");
    }

    private Run kubectl(String... arguments) {
        return cluster.kubectl(Arguments.in(namespace, arguments)).ok();
    }

    @BeforeAll
    void deploy() {
        cluster.kubectlWithInput(Manifests.web("web", 2), "apply", "-n", namespace, "-f", "-")
                .ok();
        kubectl("expose", "deployment", "web", "--name=outside", "--port=80", "--target-port=http", "--type=NodePort");
        kubectl("expose", "deployment", "web", "--name=heads", "--port=80", "--target-port=http", "--cluster-ip=None");
        kubectl("rollout", "status", "deployment/web", "--timeout=60s");
    }

    /** What a script in a pod of its own prints. */
    private String inPod(String name, String script) {
        cluster.kubectlWithInput(Manifests.pod(name, script), "apply", "-n", namespace, "-f", "-")
                .ok();
        kubectl("wait", "pod/" + name, "--for=jsonpath={.status.phase}=Succeeded", "--timeout=60s");
        return Await.until("the log is there", () -> kubectl("logs", name).text(), text -> !text.isEmpty());
    }

    @Test
    void answersOnNodePorts() throws Exception {
        int port = Integer.parseInt(kubectl("get", "service", "outside", "-o", "jsonpath={.spec.ports[0].nodePort}")
                .text());

        assertThat(Http.get(cluster, "127.0.0.1", port, "/").body()).startsWith("web-");
    }

    @Test
    void answersOnClusterAddressesAndSpreads() throws Exception {
        String address = kubectl("get", "service", "web", "-o", "jsonpath={.spec.clusterIP}")
                .text();
        java.util.Set<String> pods = new java.util.HashSet<>();

        Await.until(
                "both pods have answered",
                () -> {
                    pods.add(Http.get(cluster, address, 80, "/").body().strip());
                    return pods.size();
                },
                count -> count == 2);
    }

    @Test
    void resolvesNamesInPods() {
        String address = kubectl("get", "service", "web", "-o", "jsonpath={.spec.clusterIP}")
                .text();

        String said = inPod(
                "asker",
                "cat /etc/resolv.conf; nslookup web.network.svc.cluster.local; wget -qO- http://web; "
                        + "wget -qO- http://web.network; nslookup nothing.network.svc.cluster.local; echo end");

        assertThat(said)
                .contains("nameserver 10.96.0.10", "search network.svc.cluster.local svc.cluster.local cluster.local")
                .contains("Address: " + address, "web-", "NXDOMAIN");
    }

    @Test
    void resolvesHeadlessServicesToPods() {
        String[] pods = kubectl("get", "pods", "-l", "app=web", "-o", "jsonpath={.items[*].status.podIP}")
                .text()
                .split(" ");

        assertThat(pods).hasSize(2);
        assertThat(inPod("headless", "nslookup heads.network.svc.cluster.local"))
                .contains(pods);
    }

    @Test
    void letsPodsReachTheApiServer() {
        assertThat(inPod("api", "nc -w 5 kubernetes.default 443 </dev/null && echo reached"))
                .contains("reached");
    }
}
