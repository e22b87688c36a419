package dev.proa.image.build;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.image.Reference;
import dev.proa.image.layer.FileAttributes;
import dev.proa.image.solver.BuildSandbox;
import dev.proa.image.solver.RunRequest;
import dev.proa.image.store.ImageStore;
import dev.proa.image.store.Whiteouts;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is known of images of Dockerfiles without a sandbox to build them in. */
class DockerfileImageBuilderTest {
    @TempDir
    Path directory;

    private final List<String> said = new ArrayList<>();
    private Path project;
    private ImageStore store;

    @BeforeEach
    void makeProject() throws Exception {
        project = Files.createDirectory(directory.resolve("app"));
        store = ImageStore.open(directory.resolve("store"));
        dockerfile("FROM scratch\nENV A=1\n");
    }

    private void dockerfile(String content) throws Exception {
        Files.writeString(project.resolve("Dockerfile"), content);
    }

    private BuiltImage build() {
        return ProjectImageBuilder.build(project, store, "app", options(), new Machine(), event -> {});
    }

    private Optional<BuiltImage> known() {
        said.clear();
        return ProjectImageBuilder.known(
                project, store, "app", options(), new Machine(), event -> said.add(event.message()));
    }

    private BuildOptions options() {
        return BuildOptions.local(directory.resolve("cache"));
    }

    @Test
    void knowsAnImageWhoseStepsAreAllCached() {
        assertThat(known()).isEmpty();
        BuiltImage built = build();
        assertThat(known()).map(BuiltImage::reference).contains(built.reference());
        assertThat(said)
                .containsExactly("source unchanged, image " + built.reference().familiar() + " stands");
    }

    /** Such an image needs no step, but it is another one: what is deployed keeps its name until that is built. */
    @Test
    void doesNotNameAnImageThatIsNotTheOneOfBefore() throws Exception {
        BuiltImage built = build();
        dockerfile("FROM scratch\nENV A=2\n");
        assertThat(known()).isEmpty();
        assertThat(store.find(Reference.parse("app"))).contains(built.image());
    }

    @Test
    void doesNotKnowWhatNeedsAStepOrABase() throws Exception {
        BuiltImage built = build();
        dockerfile("FROM scratch\nENV A=1\nCOPY Dockerfile /\n");
        assertThat(known()).isEmpty();
        dockerfile("FROM nowhere.invalid/base\n");
        assertThat(known()).isEmpty();
        assertThat(store.find(Reference.parse("app"))).contains(built.image());
    }

    /** A machine of which nothing may be asked but how its files are. */
    private static final class Machine implements BuildSandbox {
        @Override
        public <T> T mounted(List<Root> roots, Work<T> work) {
            throw new AssertionError("something is mounted");
        }

        @Override
        public int run(RunRequest request, Consumer<byte[]> output) {
            throw new AssertionError("something is run");
        }

        @Override
        public String name() {
            return "machine";
        }

        @Override
        public void end(String name) {
            throw new AssertionError("something is ended");
        }

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
