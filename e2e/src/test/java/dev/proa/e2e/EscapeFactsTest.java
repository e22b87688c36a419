package dev.proa.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What a default pod has and may do, as recorded in {@code src/test/facts}, where the same of containerd lies beside it. */
@Tag("escape")
@ExtendWith(SharedCluster.class)
class EscapeFactsTest {
    private static final Path FACTS = TestCluster.project("e2e/src/test/facts");

    private final TestCluster cluster;

    EscapeFactsTest(TestCluster cluster) {
        this.cluster = cluster;
    }

    @Test
    void aDefaultPodHasNoMoreThanIsRecorded() throws IOException {
        String namespace = cluster.newNamespace("facts");
        String script = Files.readString(FACTS.resolve("container.sh"));
        cluster.kubectlWithInput(Manifests.pod("facts", script), "apply", "-n", namespace, "-f", "-")
                .ok();
        Await.until(
                "the pod has ended",
                () -> cluster.kubectl("get", "pod", "facts", "-n", namespace, "-o", "jsonpath={.status.phase}")
                        .text(),
                "Succeeded"::equals);

        List<String> seen = cluster.kubectl("logs", "facts", "-n", namespace)
                .ok()
                .out()
                .lines()
                .toList();
        assertThat(seen).noneMatch(line -> line.startsWith("readable"));
        // Which files there are to be hidden is the kernel's.
        List<String> recorded = Files.readAllLines(FACTS.resolve("proa.txt"));
        assertThat(seen)
                .filteredOn(line -> !line.startsWith("empty"))
                .isEqualTo(recorded.stream()
                        .filter(line -> !line.startsWith("empty"))
                        .toList());
    }
}
