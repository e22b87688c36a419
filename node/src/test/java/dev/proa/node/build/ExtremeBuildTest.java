package dev.proa.node.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proa.client.clock.Clock;
import dev.proa.image.Image;
import dev.proa.image.ImageFailure;
import dev.proa.image.Reference;
import dev.proa.image.solver.BaseImages;
import dev.proa.image.solver.BuildProgress;
import dev.proa.image.solver.BuildRequest;
import dev.proa.image.solver.DockerfileBuilder;
import dev.proa.node.linux.Mounts;
import dev.proa.testing.Await;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Builds that want all there is of processes, disk and files, and such as are killed. They take long. */
@Tag("hostile")
@Tag("extensions")
class ExtremeBuildTest {
    private static final int FILES = 100_000;

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
    @Timeout(120)
    void endsCommandsThatForkWithoutEnd() {
        assertThatThrownBy(() -> fixture.build("FROM busybox\nRUN f() { sleep 300 | f & }; f; sleep 300\n"))
                .isInstanceOf(ImageFailure.class)
                .hasMessageContaining("processes for too long");
    }

    @Test
    @Timeout(120)
    void killsCommandsThatFillTheDisk() throws Exception {
        Path small = Files.createDirectory(fixture.home.resolve("small"));
        Mounts.mount("tmpfs", small, "tmpfs", 0, "size=600m");
        try (RuntimeBuildSandbox sandbox = new RuntimeBuildSandbox(small.resolve("sandbox"), Clock.system())) {
            fixture.file(
                    "Dockerfile", "FROM busybox\nRUN while true; do dd if=/dev/zero bs=1M count=10 >>/big; done\n");
            DockerfileBuilder builder =
                    new DockerfileBuilder(fixture.store, small.resolve("cache"), BaseImages.of(fixture.store), sandbox);
            assertThatThrownBy(() -> builder.build(
                            BuildRequest.of(fixture.context, fixture.context.resolve("Dockerfile")),
                            Reference.parse("big"),
                            BuildProgress.NONE,
                            warning -> {}))
                    .hasMessageContaining("MiB free");
        } finally {
            Mounts.unmountAll(small);
        }
    }

    @Test
    @Timeout(300)
    void copiesManyFiles() throws Exception {
        for (int i = 0; i < FILES; i++) {
            if (i % 1000 == 0) {
                Files.createDirectory(fixture.context.resolve("d" + i / 1000));
            }
            Files.writeString(fixture.context.resolve("d" + i / 1000 + "/f" + i), "" + i);
        }
        long start = System.nanoTime();
        Image image = fixture.build("FROM busybox\nCOPY . /all/\n");
        Duration cold = Duration.ofNanos(System.nanoTime() - start);
        start = System.nanoTime();
        assertThat(fixture.build().digest()).isEqualTo(image.digest());
        System.out.println(FILES + " files: " + cold.toMillis() + " ms cold, "
                + Duration.ofNanos(System.nanoTime() - start).toMillis() + " ms unchanged");
        assertThat(image.layers()).hasSize(2);
    }

    @Test
    @Timeout(300)
    void copiesLargeFilesOrRefusesThem() throws Exception {
        try (RandomAccessFile sparse =
                new RandomAccessFile(fixture.context.resolve("sparse").toFile(), "rw")) {
            sparse.setLength(5L << 30);
        }
        fixture.file("a", "a");
        fixture.build("FROM busybox\nCOPY a /\n");
        Image image = fixture.build("FROM busybox\nCOPY sparse /\n");
        assertThat(image.layers().getLast().descriptor().size()).isGreaterThan(5L << 30);
    }

    @Test
    @Timeout(120)
    void cleansUpAfterBuildsThatWereKilled() throws Exception {
        fixture.file("Dockerfile", """
                FROM busybox
                RUN --mount=type=tmpfs,target=/t touch /half && echo started && sleep 1000
                """);
        Process build = KilledBuild.start(fixture, "Dockerfile", "killed");
        try (BufferedReader output = build.inputReader()) {
            assertThat(output.readLine()).isEqualTo("started");
        }
        build.destroyForcibly().waitFor();
        assertThat(Mounts.below(fixture.home))
                .as("a killed process cannot clean up")
                .isNotEmpty();

        fixture.build("FROM busybox\nRUN echo next\n");
        assertThat(runs()).as("only that of this process").hasSize(2);
        assertThat(fixture.home.resolve("cache/tmp")).isEmptyDirectory();
        Await.until("the killed command to end", () -> commandLines().noneMatch(line -> line.contains("touch /half")));
    }

    private List<Path> runs() throws IOException {
        try (Stream<Path> runs = Files.list(fixture.home.resolve("sandbox/runs"))) {
            return runs.toList();
        }
    }

    private static Stream<String> commandLines() {
        return ProcessHandle.allProcesses()
                .map(process -> process.info().commandLine().orElse(""));
    }
}
