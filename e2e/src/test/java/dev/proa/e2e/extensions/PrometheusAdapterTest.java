package dev.proa.e2e.extensions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.proa.e2e.Await;
import dev.proa.e2e.TestCluster;
import dev.proa.image.Reference;
import dev.proa.image.build.HostImageBuilder;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.IntPredicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Prometheus' adapter by its own manifests, in front of a Prometheus, as the source of all metrics that autoscalers know. */
@Tag("extensions")
class PrometheusAdapterTest {
    private static final GoProgram ADAPTER =
            new GoProgram(GoModule.get("sigs.k8s.io/prometheus-adapter@v0.12.0"), "adapter");

    @TempDir
    static Path directory;

    private static TestCluster cluster;

    @BeforeAll
    static void start() throws IOException {
        Optional<Path> prometheus = Stream.of(System.getenv("PATH").split(":"))
                .map(folder -> Path.of(folder, "prometheus"))
                .filter(Files::isExecutable)
                .findFirst();
        assumeTrue(prometheus.isPresent(), "needs the program prometheus (package prometheus)");
        cluster = TestCluster.start("adapter");
        HostImageBuilder image = new HostImageBuilder().program(prometheus.get());
        image.config().entrypoint(List.of(prometheus.get().toString()));
        image.build(cluster.images(), Reference.parse("prometheus:e2e"));
        String[] node = cluster.kubectl(
                        "get",
                        "nodes",
                        "-o",
                        "jsonpath={.items[0].metadata.name} {.items[0].status.addresses[0].address}")
                .ok()
                .text()
                .split(" ");
        String configured =
                resource("prometheus.yaml").replace("NODE_NAME", node[0]).replace("NODE_ADDRESS", node[1]);
        cluster.kubectlWithInput(configured, "apply", "-f", "-").ok();
        cluster.kubectlWithInput(resource("autoscaled.yaml"), "apply", "-f", "-")
                .ok();
        ADAPTER.image(cluster, directory);
        GoProgram.deploy(
                cluster,
                kustomization(),
                "monitoring",
                "prometheus-adapter",
                "v1beta1.metrics.k8s.io",
                "v1beta2.custom.metrics.k8s.io",
                "v1beta1.external.metrics.k8s.io");
    }

    @AfterAll
    static void stop() {
        if (cluster != null) {
            cluster.close();
        }
    }

    /** The project's manifests with the image, the address of Prometheus, and the rules for the application's metrics. */
    private static Path kustomization() throws IOException {
        ADAPTER.manifests("deploy/manifests", directory);
        Path manifests = directory.resolve("manifests");
        Path config = manifests.resolve("config-map.yaml");
        String given = Files.readString(config);
        String rules = resource("prometheus-adapter-rules.yaml").indent(4);
        Files.delete(config);
        Files.writeString(config, given.replace("      \"window\": \"5m\"\n", "      \"window\": \"5m\"\n" + rules));
        assertThat(Files.readString(config)).contains(rules);
        Files.writeString(manifests.resolve("own-services.yaml"), resource("prometheus-adapter.yaml"));
        String all;
        try (Stream<Path> files = Files.list(manifests)) {
            all = files.map(file -> "  - manifests/" + file.getFileName() + "\n")
                    .collect(Collectors.joining());
        }
        Files.writeString(directory.resolve("kustomization.yaml"), "resources:\n" + all + """
                images:
                  - {name: registry.k8s.io/prometheus-adapter/prometheus-adapter, newName: adapter, newTag: e2e}
                patches:
                  - target: {kind: Deployment, name: prometheus-adapter}
                    patch: |
                      - op: test
                        path: /spec/template/spec/containers/0/args/3
                        value: --prometheus-url=https://prometheus.monitoring.svc:9090/
                      - op: replace
                        path: /spec/template/spec/containers/0/args/3
                        value: --prometheus-url=http://prometheus.monitoring.svc:9090/
                """);
        return directory;
    }

    private static String resource(String name) {
        try (InputStream in = PrometheusAdapterTest.class.getResourceAsStream("/extensions/" + name)) {
            return new String(Objects.requireNonNull(in, name).readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void kubectlTopShowsWhatPrometheusKnows() {
        GoProgram.awaitUsage(cluster, "node", "default", Pattern.compile("-0 +\\d+m +\\d+% +\\d+Mi +\\d+%"));
        GoProgram.awaitUsage(
                cluster, "pod", "monitoring", Pattern.compile("prometheus-adapter-\\S+ +\\d+m +[1-9]\\d*Mi"));
    }

    @Test
    void podsFollowTheRequestsTheyCount() {
        awaitReplicas("application", "many under load", replicas -> replicas == 3);
        cluster.kubectl("scale", "deployment/load", "--replicas=0").ok();
        awaitReplicas("application", "few without load", replicas -> replicas == 1);
        assertThat(cluster.kubectl("describe", "hpa", "application").ok().out())
                .contains("reason: pods metric http_requests above target", "reason: All metrics below target");
    }

    @Test
    void workersFollowTheLengthOfAQueue() {
        awaitReplicas("worker", "few for an empty queue", replicas -> replicas == 1);
        queue(39);
        awaitReplicas("worker", "as many as the queue is long", replicas -> replicas == 4);
        queue(5);
        awaitReplicas("worker", "few for a short queue", replicas -> replicas == 1);
        assertThat(cluster.kubectl("describe", "hpa", "worker").ok().out())
                .contains("reason: external metric queue_length(nil) above target");
    }

    private static void queue(int length) {
        cluster.kubectl("exec", "deploy/queue", "--", "sh", "-c", "echo " + length + " >/tmp/queue")
                .ok();
    }

    private static void awaitReplicas(String deployment, String what, IntPredicate fits) {
        Await.until(
                what,
                GoProgram.PATIENCE,
                () -> Integer.parseInt(
                        cluster.kubectl("get", "deployment", deployment, "-o", "jsonpath={.status.readyReplicas}")
                                .ok()
                                .text()),
                fits::test);
    }
}
