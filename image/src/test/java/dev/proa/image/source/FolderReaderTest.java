package dev.proa.image.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proa.image.ImageFailure;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class FolderReaderTest {
    private static final long MOST = 1000;

    @TempDir
    Path directory;

    private Path root;
    private SourceFolder folder;
    private FolderReader reader;
    private Map<String, FolderNode> nodes;

    @BeforeEach
    void open() throws IOException {
        root = Files.createDirectories(directory.resolve("folder"));
        for (String path : new String[] {"top", "a/b/c/deep", "a/b/second", "a.b/other", "a/last"}) {
            Files.createDirectories(root.resolve(path).resolveSibling(""));
            Files.writeString(root.resolve(path), "of " + path);
        }
        Files.createDirectories(directory.resolve("outside/b/c"));
        Files.writeString(directory.resolve("outside/b/c/deep"), "secret");
        folder = SourceFolder.open(root);
        reader = folder.reader();
        nodes = folder.nodes((path, isDirectory) -> true).stream()
                .collect(Collectors.toMap(FolderNode::path, Function.identity()));
    }

    @AfterEach
    void close() {
        reader.close();
        folder.close();
    }

    private String read(String path) throws IOException {
        try (InputStream in = reader.open(nodes.get(path), MOST)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } finally {
            reader.requireSame(nodes.get(path));
        }
    }

    @Test
    void readsFilesOfAnyDirectoryInAnyOrder() throws Exception {
        for (String path : new String[] {"a/b/c/deep", "top", "a/b/second", "a/last", "a.b/other", "a/b/c/deep"}) {
            assertThat(read(path)).isEqualTo("of " + path);
        }
    }

    @Test
    void refusesAnotherFileInThePlace() throws Exception {
        Files.move(root.resolve("top"), root.resolve("a/b/second"), java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        assertThatThrownBy(() -> read("a/b/second"))
                .isInstanceOf(ImageFailure.class)
                .hasMessageContaining("/a/b/second changed");
        assertThatThrownBy(() -> read("top")).hasMessageContaining("/top changed");
    }

    @Test
    void tellsOfAChangeWhileReading() throws Exception {
        try (InputStream in = reader.open(nodes.get("top"), MOST)) {
            Files.writeString(root.resolve("top"), "longer than it was");
            in.readAllBytes();
        }
        assertThatThrownBy(() -> reader.requireSame(nodes.get("top"))).hasMessageContaining("/top changed");
    }

    @Test
    void neverFollowsALinkThatTookThePlaceOfADirectory() throws Exception {
        Files.move(root.resolve("a"), root.resolve("moved"));
        Files.createSymbolicLink(root.resolve("a"), directory.resolve("outside"));
        assertThatThrownBy(() -> read("a/b/c/deep")).hasMessageContaining("/a/b/c/deep changed");
    }

    @Test
    void readsOnInADirectoryThatWasOpened() throws Exception {
        assertThat(read("a/b/second")).isEqualTo("of a/b/second");
        Files.move(root.resolve("a"), root.resolve("moved"));
        Files.createSymbolicLink(root.resolve("a"), directory.resolve("outside"));
        assertThat(read("a/b/c/deep")).as("of the folder that was listed").isEqualTo("of a/b/c/deep");
    }

    @Test
    @Timeout(10)
    void doesNotWaitForAPipe() throws Exception {
        Files.delete(root.resolve("top"));
        Process process = new ProcessBuilder("mkfifo", root.resolve("top").toString()).start();
        assertThat(process.waitFor(5, TimeUnit.SECONDS)).isTrue();
        assertThatThrownBy(() -> read("top")).hasMessageContaining("/top changed");
    }

    @Test
    void refusesFilesThatAreTooLong() {
        assertThatThrownBy(() -> reader.open(nodes.get("top"), 3)).hasMessageContaining("is longer than");
    }
}
