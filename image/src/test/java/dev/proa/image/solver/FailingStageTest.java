package dev.proa.image.solver;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proa.image.ImageFailure;
import dev.proa.image.Reference;
import dev.proa.image.layer.FileAttributes;
import dev.proa.image.store.ImageStore;
import dev.proa.image.store.Whiteouts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is told of a build whose stages end one because of the other. */
class FailingStageTest {
    @TempDir
    Path directory;

    @Test
    void theStageThatFailedIsToldAndNotOneThatWaitedForIt() throws Exception {
        Path folder = Files.createDirectory(directory.resolve("context"));
        Path file = Files.writeString(folder.resolve("Dockerfile"), """
                FROM scratch AS a
                RUN ["/fail"]
                FROM scratch AS b
                COPY --from=a / /
                FROM scratch
                COPY --from=a / /
                COPY --from=b / /
                """);
        ImageStore store = ImageStore.open(directory.resolve("store"));
        DockerfileBuilder builder =
                new DockerfileBuilder(store, directory.resolve("cache"), BaseImages.of(store), new Machine());
        for (int i = 0; i < 200; i++) {
            assertThatThrownBy(() -> builder.build(
                            BuildRequest.of(folder, file),
                            Reference.parse("app"),
                            name -> new BuildProgress.Vertex() {},
                            warning -> {}))
                    .isInstanceOf(ImageFailure.class)
                    .hasMessageContaining("exit code: 7");
        }
    }

    /** A machine on which every command fails. */
    private final class Machine implements BuildSandbox {
        @Override
        public <T> T mounted(List<Root> roots, Work<T> work) throws IOException {
            throw new AssertionError("no stage comes that far");
        }

        @Override
        public int run(RunRequest request, Consumer<byte[]> output) {
            return 7;
        }

        @Override
        public String name() {
            return "machine";
        }

        @Override
        public void end(String name) {}

        @Override
        public Whiteouts whiteouts() {
            return Whiteouts.deleting();
        }

        @Override
        public FileAttributes attributes() {
            return FileAttributes.NONE;
        }

        @Override
        public void close() {}
    }
}
