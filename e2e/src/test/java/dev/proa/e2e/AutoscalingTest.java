package dev.proa.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.IntPredicate;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code examples/hello} with its HorizontalPodAutoscaler: more pods under load, and fewer afterwards. */
@Tag("extensions")
class AutoscalingTest {
    private static final Duration PATIENCE = Duration.ofMinutes(4);

    @Test
    void followsTheLoadUpAndDown(@TempDir Path directory) throws Exception {
        Path hello = directory.resolve("hello");
        Directories.copy(TestCluster.project("examples/hello"), hello);
        String manifest = Files.readString(hello.resolve("autoscaling/horizontalpodautoscaler.yaml"))
                .replace("stabilizationWindowSeconds: 60", "stabilizationWindowSeconds: 15");
        try (TestCluster cluster = TestCluster.start("autoscaling")) {
            Run run = cluster.proa("deploy", hello.toString()).ok();
            URI url = URI.create(
                    run.out().lines().reduce((first, second) -> second).orElseThrow());
            cluster.kubectlWithInput(manifest, "apply", "-f", "-").ok();
            awaitReplicas(cluster, "few without load", replicas -> replicas == 1);

            try (Load load = Load.start(cluster, url.getHost(), url.getPort(), 800)) {
                awaitReplicas(cluster, "many under load", replicas -> replicas > 1);
                String used = cluster.kubectl("top", "pods", "-l", "app.kubernetes.io/name=hello")
                        .ok()
                        .text();
                assertThat(used).contains("CPU(cores)", "hello-");
                assertThat(load.answers()).isPositive();
            }
            String described = cluster.kubectl("describe", "hpa", "hello").ok().text();
            assertThat(described)
                    .contains("SuccessfulRescale", "cpu resource utilization (percentage of request) above target");

            awaitReplicas(cluster, "few after the load", replicas -> replicas == 1);
            assertThat(cluster.kubectl("describe", "hpa", "hello").ok().text())
                    .contains("reason: All metrics below target");
        }
    }

    private static void awaitReplicas(TestCluster cluster, String what, IntPredicate fits) {
        Await.until(
                what,
                PATIENCE,
                () -> Integer.parseInt(cluster.kubectl("get", "deployment", "hello", "-o", "jsonpath={.spec.replicas}")
                        .ok()
                        .text()),
                fits::test);
    }
}
