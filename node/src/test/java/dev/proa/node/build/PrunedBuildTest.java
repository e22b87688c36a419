package dev.proa.node.build;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.image.Image;
import dev.proa.image.Reference;
import dev.proa.image.build.CacheFolder;
import dev.proa.image.solver.BaseImages;
import dev.proa.image.solver.BuildProgress;
import dev.proa.image.solver.BuildRequest;
import dev.proa.image.solver.DockerfileBuilder;
import dev.proa.image.store.ImageStore;
import dev.proa.image.store.SharedLock;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Images and caches are pruned while a build needs them. */
@Tag("extensions")
class PrunedBuildTest {
    private static final Duration NOW = Duration.ofSeconds(-60);
    private static final String DOCKERFILE = """
            FROM base:%1$s AS one
            COPY files /files
            WORKDIR /made/%1$s
            FROM base:%1$s
            WORKDIR /also/%1$s
            COPY --from=one /files /files
            COPY --link files/a /linked/
            """;

    /** What {@code proa image prune --all --cache --older-than 0s} does in a cluster without objects. */
    private static void prune(ImageStore store, Path cache) {
        store.remove(any -> true, NOW);
        store.collectGarbage(NOW);
        assertThat(CacheFolder.clear(cache)).as("a build runs").isFalse();
    }

    private static void requireWhole(ImageStore store, Image image) throws Exception {
        for (Image.Layer layer : image.layers()) {
            try (InputStream in = store.read(layer.descriptor().digest())) {
                assertThat(in.readAllBytes()).hasSize((int) layer.descriptor().size());
            }
        }
    }

    @Test
    void takesNothingFromABuildAtWhateverMoment() throws Exception {
        try (BuildFixture fixture = new BuildFixture()) {
            fixture.file("files/a", "a").file("files/b", "b");
            Path cache = fixture.home.resolve("all");
            DockerfileBuilder builder = new DockerfileBuilder(
                    fixture.store, cache.resolve("dockerfile"), BaseImages.of(fixture.store), fixture.sandbox);
            Image busybox = fixture.store.find("busybox").orElseThrow();
            for (int seed = 0; seed < 6; seed++) {
                Random random = new Random(seed);
                fixture.store.tag(Reference.parse("base:" + seed % 3), busybox.descriptor());
                fixture.file("Dockerfile", DOCKERFILE.formatted(seed % 3));
                BuildProgress pruning = step -> new BuildProgress.Vertex() {
                    private void now() {
                        if (!step.startsWith("[one 1/") && random.nextInt(2) == 0) {
                            prune(fixture.store, cache);
                        }
                    }

                    @Override
                    public void done() {
                        now();
                    }

                    @Override
                    public void cached() {
                        now();
                    }
                };
                try (SharedLock.Held used = CacheFolder.use(cache)) {
                    Image image = builder.build(
                            BuildRequest.of(fixture.context, fixture.context.resolve("Dockerfile")),
                            Reference.parse("test:" + seed),
                            pruning,
                            warning -> {});
                    requireWhole(fixture.store, image);
                    assertThat(fixture.store.find("test:" + seed))
                            .as("seed " + seed)
                            .isPresent();
                }
                if (random.nextInt(3) == 0) {
                    assertThat(CacheFolder.clear(cache)).isTrue();
                }
            }
        }
    }
}
