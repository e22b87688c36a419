package dev.proa.node.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proa.image.Image;
import dev.proa.image.Reference;
import dev.proa.image.solver.BuildRequest;
import java.util.List;
import org.junit.jupiter.api.Test;

class SharedCacheTest {
    private static final Reference CACHE = Reference.parse("localhost:5000/cache:1");

    @Test
    void resultsOfStepsAreTakenFromAnotherMachine() throws Exception {
        try (BuildFixture fixture = new BuildFixture()) {
            fixture.file("a", "1").file("Dockerfile", """
                    FROM busybox AS build
                    COPY a /a
                    RUN cat /a /proc/sys/kernel/random/uuid >/b && mkdir /c
                    FROM scratch
                    COPY --from=build /b /c /
                    """);
            BuildRequest request = BuildRequest.of(fixture.context, fixture.context.resolve("Dockerfile"));
            Image first = fixture.build(request.withCaches(List.of(), CACHE));

            fixture.forgetSteps();
            Image second = fixture.build(request.withCaches(List.of(CACHE), null));
            assertThat(fixture.steps)
                    .containsEntry("[build 3/3] RUN cat /a /proc/sys/kernel/random/uuid >/b && mkdir /c", "CACHED");
            assertThat(second.config().diffIds()).isEqualTo(first.config().diffIds());
            assertThat(fixture.steps)
                    .containsEntry("[build 2/3] COPY a /a", "CACHED")
                    .containsEntry("[stage-1 2/2] COPY --from=build /b /c /", "CACHED");

            Reference image = Reference.parse("busybox");
            assertThatThrownBy(() -> fixture.build(request.withCaches(List.of(image), null)))
                    .hasMessageContaining("busybox:latest is no build cache");
        }
    }
}
