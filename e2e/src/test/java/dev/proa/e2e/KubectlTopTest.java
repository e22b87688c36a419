package dev.proa.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** {@code kubectl top}, which shows what kubelets measure. */
@ExtendWith(SharedCluster.class)
class KubectlTopTest {
    private final TestCluster cluster;

    KubectlTopTest(TestCluster cluster) {
        this.cluster = cluster;
    }

    @Test
    void showsWhatNodesUse() {
        String table = Await.until(
                "the node was measured twice",
                () -> cluster.kubectl("top", "node").out(),
                text -> text.contains("NAME"));

        assertThat(table).containsPattern("NAME +CPU\\(cores\\) +CPU\\(%\\) +MEMORY\\(bytes\\) +MEMORY\\(%\\)");
        assertThat(table).containsPattern("\\d+m +\\d+% +\\d+Mi +\\d+%");
        assertThat(cluster.kubectl("get", "nodes.metrics.k8s.io").ok().out())
                .containsPattern("NAME +CPU +MEMORY +WINDOW")
                .containsPattern("\\d+s");
        String summary = cluster.kubectl(
                        "get", "--raw", "/api/v1/nodes/" + node() + "/proxy/stats/summary?only_cpu_and_memory=true")
                .ok()
                .out();
        assertThat(summary).contains("\"nodeName\":\"" + node() + "\"", "usageCoreNanoSeconds");
    }

    private String node() {
        return cluster.kubectl("get", "nodes", "-o", "jsonpath={.items[0].metadata.name}")
                .ok()
                .text();
    }

    /** Takes half a minute: a container is known once it was measured twice. */
    @Test
    @Tag("extensions")
    void showsWhatPodsUse() throws Exception {
        try (TestNamespace namespace = new TestNamespace(cluster, "top")) {
            namespace.apply(Manifests.pod("busy", "while :; do :; done"));
            namespace.apply(Manifests.pod("idle", "exec sleep 100000"));

            String pods = Await.until(
                    "the pods were measured twice",
                    () -> namespace
                            .run("top", "pod", "--sort-by=cpu", "--no-headers")
                            .out(),
                    text -> text.lines().count() == 2);
            assertThat(pods.lines().toList().getFirst()).startsWith("busy").containsPattern(" [1-9]\\d+m +\\d+Mi");
            assertThat(namespace
                            .kubectl("top", "pod", "--containers", "-l", "app!=none")
                            .out())
                    .containsPattern("POD +NAME +CPU\\(cores\\) +MEMORY\\(bytes\\)");
            assertThat(namespace.kubectl("top", "pod", "--sum").out()).containsPattern("_+ +_+ *\n +\\d+m +\\d+Mi");
            assertThat(namespace.run("top", "pod", "nobody").exits(1).err()).contains("not found");
        }
    }
}
