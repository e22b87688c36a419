package dev.proa.node.build;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.image.Image;
import dev.proa.image.Reference;
import dev.proa.image.solver.BaseImages;
import dev.proa.image.solver.BuildProgress;
import dev.proa.image.solver.BuildRequest;
import dev.proa.image.solver.DockerfileBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Stages, and builds over one cache, at the same time. */
class ParallelBuildTest {
    private BuildFixture fixture;

    @BeforeEach
    void open() throws Exception {
        fixture = new BuildFixture();
    }

    @AfterEach
    void close() throws Exception {
        if (fixture != null) {
            fixture.close();
        }
    }

    @Test
    void buildsTheSameAtTheSameTimeOnce() throws Exception {
        StringBuilder dockerfile = new StringBuilder();
        for (int stage = 0; stage < 4; stage++) {
            dockerfile.append("FROM busybox AS s%d\nRUN echo %d >/f%d\nRUN cat /f%d >/g%d\n"
                    .formatted(stage, stage, stage, stage, stage));
        }
        dockerfile.append("FROM scratch\n");
        for (int stage = 0; stage < 4; stage++) {
            dockerfile.append("COPY --from=s%d /g%d /\n".formatted(stage, stage));
        }
        fixture.file("Dockerfile", dockerfile.toString());
        BuildRequest request = BuildRequest.of(fixture.context, fixture.context.resolve("Dockerfile"))
                .withSourceDateEpoch(0L);
        List<Future<Image>> builds = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 3; i++) {
                Reference name = Reference.parse("parallel:" + i);
                DockerfileBuilder builder = new DockerfileBuilder(
                        fixture.store, fixture.home.resolve("cache"), BaseImages.of(fixture.store), fixture.sandbox);
                builds.add(threads.submit(() -> builder.build(request, name, BuildProgress.NONE, warning -> {})));
            }
        }
        assertThat(builds.get(0).get().digest()).isEqualTo(builds.get(1).get().digest());
        assertThat(builds.get(0).get().digest()).isEqualTo(builds.get(2).get().digest());
        assertThat(fixture.files(builds.get(0).get(), 0))
                .containsExactly("644 0:0 /g0", "644 0:0 /g1", "644 0:0 /g2", "644 0:0 /g3");
    }
}
