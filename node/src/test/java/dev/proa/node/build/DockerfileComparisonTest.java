package dev.proa.node.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.proa.image.Image;
import dev.proa.image.Platform;
import dev.proa.image.Reference;
import dev.proa.image.archive.ImageExport;
import dev.proa.image.solver.BuildProgress;
import dev.proa.node.sandbox.state.StateFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;

/** The same Dockerfiles built by Proa and by buildah: the same files and configuration. */
@Tag("extensions")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DockerfileComparisonTest {
    private static final Path CASES = Path.of("src/test/resources/dockerfiles");
    private static final Reference BASE = Reference.parse("busybox:latest");

    private BuildFixture fixture;
    private Buildah buildah;
    private List<String> base;

    @BeforeAll
    void open() throws Exception {
        assumeTrue(Buildah.installed(), "needs buildah");
        // buildah leaves empty files and directories where it mounts something.
        fixture = new BuildFixture(image -> {
            image.directory("/mnt", 0755).directory("/run/secrets", 0755);
            for (String name : List.of("hosts", "hostname", "resolv.conf")) {
                image.file("/etc/" + name, "# of the image\n", 0644);
            }
        });
        base = ImageListing.of(fixture.store, fixture.store.find(BASE).orElseThrow(), fixture.home);
        buildah = new Buildah(fixture.home.resolve("buildah"));
        Path layout = fixture.home.resolve("base");
        new ImageExport(fixture.store, null).layout(List.of(BASE), layout);
        buildah.load(layout, BASE.canonical().toString());
    }

    @AfterAll
    void close() throws Exception {
        if (buildah != null) {
            buildah.delete();
        }
        if (fixture != null) {
            fixture.close();
        }
    }

    @TestFactory
    Stream<DynamicTest> sameImages() throws IOException {
        String only = System.getProperty("proa.case", "");
        try (Stream<Path> files = Files.list(CASES)) {
            List<DockerfileCase> cases =
                    files.sorted().map(DockerfileComparisonTest::read).toList();
            return cases.stream()
                    .filter(each -> each.name().contains(only))
                    .map(each -> DynamicTest.dynamicTest(each.name(), () -> compare(each)));
        }
    }

    private static DockerfileCase read(Path file) {
        try {
            return DockerfileCase.parse(file.getFileName().toString().replace(".txt", ""), Files.readString(file));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private void compare(DockerfileCase compared) throws Exception {
        Path home = Files.createDirectory(fixture.home.resolve(compared.name()));
        Path context = compared.write(home);
        try {
            String before = compared.header().get("before");
            if (before != null) {
                String[] words = before.split(" ");
                build(compared, home, words[0], words[1]);
                if (compared.comparable()) {
                    buildah.build(context, context.resolve(words[0]), List.of(), words[1]);
                }
            }
            List<String> built = build(compared, home, compared.file(), "compared");
            write(compared.name() + ".proa", built);
            if (!compared.comparable()) {
                assertThat(built).as(compared.header().get("about")).isEqualTo(compared.expected());
            } else {
                buildah.build(context, context.resolve(compared.file()), compared.arguments(), "compared");
                Image image = buildah.export("compared", fixture.store, home);
                List<String> other = ImageListing.changes(base, ImageListing.of(fixture.store, image, home));
                write(compared.name() + ".buildah", other);
                assertThat(built).as(compared.header().get("about")).isEqualTo(other);
            }
        } finally {
            StateFiles.delete(home);
        }
    }

    /** For comparing by eye. */
    private static void write(String name, List<String> lines) throws IOException {
        Files.write(Files.createDirectories(Path.of("target", "dockerfiles")).resolve(name), lines);
    }

    private List<String> build(DockerfileCase compared, Path home, String file, String name) throws Exception {
        Image image = fixture.builder.build(
                compared.request(home, file).withPlatform(Platform.host()),
                Reference.parse(name),
                BuildProgress.NONE,
                warning -> {});
        return ImageListing.changes(base, ImageListing.of(fixture.store, Objects.requireNonNull(image), home));
    }
}
