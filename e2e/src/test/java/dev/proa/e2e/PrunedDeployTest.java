package dev.proa.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Everything that nobody needs is pruned all the time, while applications are deployed and their pods start. */
@Tag("extensions")
class PrunedDeployTest {
    private static final int DEPLOYMENTS = 3;

    @Test
    void takesNothingFromDeploymentsAndPods(@TempDir Path directory) throws Exception {
        try (TestCluster cluster = TestCluster.start("pruned")) {
            Path site = Files.createDirectory(directory.resolve("site"));
            AtomicBoolean done = new AtomicBoolean();
            AtomicInteger pruned = new AtomicInteger();
            CompletableFuture<Void> pruning = CompletableFuture.runAsync(() -> {
                while (!done.get()) {
                    Run prune = cluster.proa("image", "prune", "--all", "--cache", "--older-than", "0s");
                    assertThat(prune.exit()).as(prune.err()).isZero();
                    pruned.incrementAndGet();
                }
            });
            try {
                Random random = new Random(7);
                for (int i = 0; i < DEPLOYMENTS; i++) {
                    // Sometimes the same again: then nothing is built, and the image of an earlier build must be there.
                    String page = "<p>page " + random.nextInt(3) + "</p>";
                    Files.writeString(site.resolve("index.html"), page);
                    Run run = cluster.proa("deploy", site.toString(), "--provenance")
                            .ok();
                    URI url = URI.create(
                            run.out().lines().reduce((first, second) -> second).orElseThrow());
                    assertThat(Http.get(cluster, url.getHost(), url.getPort(), "/")
                                    .body())
                            .isEqualTo(page);
                    if (random.nextBoolean()) {
                        cluster.kubectl("delete", "pods", "--all", "--wait=false")
                                .ok();
                        cluster.kubectl("rollout", "status", "deployment/site", "--timeout=60s")
                                .ok();
                    }
                }
            } finally {
                done.set(true);
                pruning.join();
            }
            assertThat(pruned.get()).isGreaterThan(DEPLOYMENTS / 2);
        }
    }
}
