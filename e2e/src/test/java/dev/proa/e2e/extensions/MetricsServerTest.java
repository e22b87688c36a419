package dev.proa.e2e.extensions;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.e2e.Await;
import dev.proa.e2e.Run;
import dev.proa.e2e.TestCluster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** metrics-server by its own manifests in place of what Proa serves as {@code metrics.k8s.io}. */
@Tag("extensions")
class MetricsServerTest {
    private static final GoProgram METRICS_SERVER =
            new GoProgram(GoModule.get("sigs.k8s.io/metrics-server@v0.8.0"), "metrics-server");
    private static final Pattern NODE = Pattern.compile("-0 +\\d+m +\\d+% +\\d+Mi +\\d+%");
    private static final Pattern POD = Pattern.compile("metrics-server-\\S+ +\\d+m +[1-9]\\d*Mi");

    @Test
    void takesThePlaceOfTheBuiltInOne(@TempDir Path directory) throws IOException {
        try (TestCluster cluster = TestCluster.start("metricsserver")) {
            GoProgram.awaitUsage(cluster, "node", "kube-system", NODE);
            METRICS_SERVER.image(cluster, directory);
            METRICS_SERVER.manifests("manifests/base", directory);
            Files.writeString(directory.resolve("kustomization.yaml"), """
                    resources: [manifests]
                    images:
                      - {name: gcr.io/k8s-staging-metrics-server/metrics-server, newName: metrics-server, newTag: e2e}
                    """);

            GoProgram.deploy(cluster, directory, "kube-system", "metrics-server", "v1beta1.metrics.k8s.io");
            GoProgram.awaitUsage(cluster, "node", "kube-system", NODE);
            GoProgram.awaitUsage(cluster, "pod", "kube-system", POD);

            cluster.kubectl("scale", "deployment/metrics-server", "-n", "kube-system", "--replicas=0")
                    .ok();
            Run unavailable = Await.until(
                    "nobody answers for metrics-server", () -> cluster.kubectl("top", "node"), run -> run.exit() == 1);
            assertThat(unavailable.err()).contains("Metrics API not available");
        }
    }
}
