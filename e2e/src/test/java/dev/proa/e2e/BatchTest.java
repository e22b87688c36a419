package dev.proa.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code examples/batch} as its README says: deployed, run to its end, left alone, and run anew. */
@Tag("extensions")
class BatchTest {
    @Test
    void runsToItsEndAndAnewWhenItsPodsAreOthers(@TempDir Path directory) throws Exception {
        Path batch = directory.resolve("batch");
        Directories.copy(TestCluster.project("examples/batch"), batch);
        try (TestCluster cluster = TestCluster.start("batch")) {
            cluster.proa("deploy", batch.toString()).ok();
            String status = "jsonpath={.status.completedIndexes} {.status.conditions[?(@.type==\"Complete\")].status}";
            assertThat(cluster.kubectl("get", "job", "batch", "-o", status).ok().text())
                    .isEqualTo("0-3 True");
            assertThat(cluster.kubectl("logs", "-l", "app.kubernetes.io/name=batch", "--tail", "-1")
                            .ok()
                            .text())
                    .contains("78498 primes from 0 to 999999", "66330 primes from 3000000 to 3999999");
            String uid = uid(cluster);

            cluster.proa("deploy", batch.toString()).ok();
            assertThat(uid(cluster)).as("complete, and left alone").isEqualTo(uid);

            Path job = batch.resolve("k8s/job.yaml");
            Files.writeString(
                    job, Files.readString(job).replace("name: PARTS, value: \"4\"", "name: PARTS, value: \"3\""));
            Run failed = cluster.proa("deploy", batch.toString());
            assertThat(failed.exit()).isEqualTo(1);
            assertThat(failed.err())
                    .contains("job \"batch\" has failed: PodFailurePolicy: Container batch for pod default/batch-3-")
                    .contains("it ended with exit code 2", "part 3 is none of 3");
            assertThat(uid(cluster)).as("run anew").isNotEqualTo(uid);
        }
    }

    private static String uid(TestCluster cluster) {
        return cluster.kubectl("get", "job", "batch", "-o", "jsonpath={.metadata.uid}")
                .ok()
                .text();
    }
}
