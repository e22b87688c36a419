package dev.proa.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.codec.Json;
import dev.proa.api.value.MapValue;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What kubectl tells about a cluster as a whole: what it serves, who asks and may, what is in it; and its proxy. */
@ExtendWith(SharedCluster.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class KubectlClusterTest {
    /** What the real API server said of what it serves. */
    private static final Path DISCOVERY =
            TestCluster.project("server/src/test/resources/dev/proa/server/facts/discovery.jsonl");

    /** Groups of custom resources that a cluster of Proa defines by itself. */
    private static final Set<String> ADDED = Set.of("argoproj.io", "git.proa.dev", "ci.proa.dev");

    private static final Pattern SERVING = Pattern.compile("Starting to serve on 127\\.0\\.0\\.1:(\\d+)");

    private final TestCluster cluster;
    private final String namespace;

    @TempDir
    private Path directory;

    KubectlClusterTest(TestCluster cluster) {
        this.cluster = cluster;
        this.namespace = cluster.newNamespace("whole");
    }

    private Run kubectl(String... arguments) {
        return cluster.kubectl(Arguments.in(namespace, arguments)).ok();
    }

    @BeforeAll
    void deploy() {
        cluster.kubectlWithInput(Manifests.web("web", 1), "apply", "-n", namespace, "-f", "-")
                .ok();
        kubectl("rollout", "status", "deployment/web", "--timeout=120s");
    }

    @Test
    void servesWhatTheRealOneServes() throws IOException {
        Set<String> expected = new TreeSet<>();
        Set<String> versions = new TreeSet<>();
        for (String line : Files.readAllLines(DISCOVERY)) {
            MapValue document =
                    Json.decodeMap(line.getBytes(StandardCharsets.UTF_8)).map("body");
            if (document.string("kind").equals("APIResourceList")) {
                String version = document.string("groupVersion");
                versions.add(version);
                for (Object resource : document.list("resources")) {
                    expected.add(line(version, (MapValue) resource));
                }
            }
        }
        expected.removeIf(line -> line.contains("/") && line.split(" ")[0].contains("/"));
        // Of a resource in two versions kubectl shows the one that the server prefers.
        assertThat(expected.removeIf(line -> line.contains(" autoscaling/v1 "))).isTrue();
        // Those of metrics-server, which the recorded one had not.
        versions.add("metrics.k8s.io/v1beta1");
        expected.add("nodes metrics.k8s.io/v1beta1 false NodeMetrics");
        expected.add("pods metrics.k8s.io/v1beta1 true PodMetrics");

        assertThat(cluster.kubectl("api-resources", "--no-headers").ok().out().lines())
                .map(line -> line.strip().replaceAll(" +", " "))
                .filteredOn(line -> ADDED.stream().noneMatch(group -> line.contains(" " + group + "/")))
                .containsExactlyInAnyOrderElementsOf(expected);
        assertThat(cluster.kubectl("api-versions").ok().out().lines())
                .filteredOn(version -> !ADDED.contains(version.split("/")[0]))
                .containsExactlyInAnyOrderElementsOf(versions);
    }

    /** As kubectl prints a resource, with one blank between columns. */
    private static String line(String version, MapValue resource) {
        String shortNames =
                resource.list("shortNames").stream().map(String::valueOf).collect(Collectors.joining(","));
        return (resource.string("name") + " " + shortNames + " " + version + " " + resource.bool("namespaced") + " "
                        + resource.string("kind"))
                .replace("  ", " ");
    }

    @Test
    void tellsWhoAsksAndWhatTheyMay() {
        assertThat(cluster.kubectl("auth", "whoami").ok().out())
                .containsPattern("Username +kubernetes-admin")
                .contains("system:masters", "system:authenticated");
        assertThat(cluster.kubectl("auth", "can-i", "create", "deployments")
                        .ok()
                        .text())
                .isEqualTo("yes");
        assertThat(cluster.kubectl("auth", "can-i", "--list").ok().out())
                .containsPattern("\\*\\.\\* +\\[] +\\[] +\\[\\*]");
        assertThat(cluster.kubectl("auth", "can-i", "get", "secrets", "--as=nobody")
                        .exits(1)
                        .text())
                .isEqualTo("no");
        assertThat(cluster.kubectl("auth", "whoami", "--as=nobody", "--as-group=readers")
                        .ok()
                        .out())
                .containsPattern("Username +nobody")
                .contains("readers");
    }

    @Test
    void dumpsTheCluster() throws IOException {
        cluster.kubectl("cluster-info", "dump", "--namespaces=" + namespace, "--output-directory=" + directory)
                .ok();

        assertThat(Json.decodeMap(Files.readAllBytes(directory.resolve("nodes.json")))
                        .list("items"))
                .hasSize(1);
        Path inNamespace = directory.resolve(namespace);
        assertThat(Json.decodeMap(Files.readAllBytes(inNamespace.resolve("pods.json")))
                        .list("items"))
                .hasSize(1);
        assertThat(inNamespace.resolve("deployments.json")).content().contains("\"web\"");
        assertThat(inNamespace.resolve(pod()).resolve("logs.txt")).exists();
    }

    private String pod() {
        return kubectl("get", "pods", "-l", "app=web", "-o", "jsonpath={.items[0].metadata.name}")
                .text();
    }

    @Test
    void readsAnyPath() {
        String node = cluster.kubectl("get", "nodes", "-o", "name").ok().text();

        assertThat(cluster.kubectl("get", "--raw", "/api/v1/" + node.replace("node/", "nodes/") + "/proxy/healthz")
                        .ok()
                        .text())
                .isEqualTo("ok");
        assertThat(cluster.kubectl("get", "--raw", "/apis/apps/v1/namespaces/" + namespace + "/deployments?limit=1")
                        .ok()
                        .text())
                .startsWith("{")
                .contains("\"kind\":\"DeploymentList\"");
        assertThat(cluster.kubectl("get", "--raw", "/nothing").exits(1).err())
                .isEqualTo("Error from server (NotFound): the server could not find the requested resource\n");
    }

    @Test
    void proxies() throws Exception {
        Process proxy = cluster.startKubectl("proxy", "--port=0", "--accept-hosts=^test$");
        try {
            Matcher serving = SERVING.matcher(String.valueOf(proxy.inputReader().readLine()));
            assertThat(serving.matches()).isTrue();
            int port = Integer.parseInt(serving.group(1));
            String pods = "/api/v1/namespaces/" + namespace + "/";

            assertThat(Http.get(cluster, "127.0.0.1", port, "/version").body()).contains("\"gitVersion\"");
            assertThat(Http.get(cluster, "127.0.0.1", port, pods + "pods/" + pod() + ":8080/proxy/")
                            .body())
                    .isEqualTo(pod() + "\n");
            Await.until(
                    "the service answers",
                    () -> Http.get(cluster, "127.0.0.1", port, pods + "services/web:http/proxy/"),
                    answer -> answer.status() == 200 && answer.body().equals(pod() + "\n"));
            assertThat(Http.get(cluster, "127.0.0.1", port, pods + "services/none/proxy/")
                            .status())
                    .isEqualTo(404);
        } finally {
            proxy.destroy();
        }
    }
}
