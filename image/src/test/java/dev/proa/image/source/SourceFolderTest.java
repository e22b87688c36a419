package dev.proa.image.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proa.image.ImageFailure;
import dev.proa.image.source.SourceFolder.Kind;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SourceFolderTest {
    @TempDir
    Path directory;

    private Path root;
    private SourceFolder folder;

    @BeforeEach
    void makeFolder() throws IOException {
        root = Files.createDirectories(directory.resolve("folder"));
        Files.createDirectories(root.resolve("a/b"));
        Files.writeString(root.resolve("a/b/file"), "inside");
        Files.createDirectories(directory.resolve("outside/b"));
        Files.writeString(directory.resolve("outside/file"), "secret");
        Files.writeString(directory.resolve("outside/b/file"), "secret");
        folder = SourceFolder.open(root);
    }

    @AfterEach
    void close() {
        folder.close();
    }

    private String read(String path) {
        return new String(folder.read(path), StandardCharsets.UTF_8);
    }

    private void link(String path, String target) throws IOException {
        Files.createSymbolicLink(root.resolve(path), Path.of(target));
    }

    @Test
    void followsLinksThatStayInside() throws Exception {
        link("relative", "a/./b");
        link("a/up", "../relative/../b/file");
        link("absolute", root.toRealPath().resolve("a/b/file").toString());
        link("dangling", "a/none");

        assertThat(read("a/b/file")).isEqualTo("inside");
        assertThat(read("relative/file")).isEqualTo("inside");
        assertThat(read("a/up")).isEqualTo("inside");
        assertThat(read("absolute")).isEqualTo("inside");
        assertThat(folder.kind("relative")).isEqualTo(Kind.DIRECTORY);
        assertThat(folder.kind("dangling")).isEqualTo(Kind.NOTHING);
        assertThat(folder.kind("a/b/file/x")).isEqualTo(Kind.NOTHING);
        assertThat(folder.kind("no/such")).isEqualTo(Kind.NOTHING);
        assertThat(folder.kind("")).isEqualTo(Kind.DIRECTORY);
        assertThatThrownBy(() -> read("no/such")).isInstanceOf(ImageFailure.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "../outside/file",
                "a/../../outside/file",
                "/etc/passwd",
                "/proc/self/root/etc/passwd",
                "out",
                "a/out"
            })
    void refusesWhatLeadsOut(String target) throws Exception {
        link("out", "../outside/file");
        link("a/out", "../out");
        link("link", target);
        for (String path : new String[] {"link", "a/../link"}) {
            assertThatThrownBy(() -> read(path))
                    .isInstanceOf(ImageFailure.class)
                    .hasMessageContaining("link")
                    .hasMessageContaining("leads out of " + root);
        }
        assertThatThrownBy(() -> read("../outside/file")).hasMessageContaining("leads out");
        assertThatThrownBy(() -> folder.walk("", path -> true)).hasMessageContaining("leads out");
    }

    @Test
    void refusesDirectoriesBehindLinksThatLeadOut() throws Exception {
        link("k8s", "../outside");

        assertThatThrownBy(() -> folder.kind("k8s")).hasMessageContaining("leads out");
        assertThatThrownBy(() -> read("k8s/file")).hasMessageContaining("leads out");
        assertThatThrownBy(() -> folder.walk("k8s", path -> true)).hasMessageContaining("leads out");
    }

    @Test
    @Timeout(20)
    void refusesWhatIsNoFile() throws Exception {
        int exit = new ProcessBuilder("mkfifo", root.resolve("pipe").toString())
                .start()
                .waitFor();
        assertThat(exit).isZero();
        link("to-pipe", "pipe");
        link("circle", "circle");

        assertThatThrownBy(() -> read("pipe")).hasMessageContaining("a device, a pipe or a socket");
        assertThatThrownBy(() -> read("to-pipe")).hasMessageContaining("a device, a pipe or a socket");
        assertThatThrownBy(() -> read("circle")).hasMessageContaining("without end");
        assertThatThrownBy(() -> read("a")).hasMessageContaining("is a directory");
    }

    @Test
    void refusesWhatIsTooLong() throws Exception {
        try (RandomAccessFile file = new RandomAccessFile(root.resolve("long").toFile(), "rw")) {
            file.setLength(SourceFolder.MAX_DOCUMENT_BYTES + 1L);
        }
        try (RandomAccessFile file = new RandomAccessFile(root.resolve("huge").toFile(), "rw")) {
            file.setLength(SourceFolder.MAX_FILE_BYTES + 1);
        }

        assertThatThrownBy(() -> read("long")).hasMessageContaining("longer than 10 MiB");
        assertThatThrownBy(() -> folder.open("huge")).hasMessageContaining("longer than 4096 MiB");
    }

    @Test
    void deletesOnlyWhatIsInside() throws Exception {
        link("a/b/out", "../../../outside");
        link("target", "../outside");

        folder.delete("a");
        folder.delete("none/x");
        assertThatThrownBy(() -> folder.delete("target/b")).hasMessageContaining("leads out");
        folder.delete("target");

        assertThat(root).isEmptyDirectory();
        assertThat(directory.resolve("outside/b/file")).hasContent("secret");
    }

    /** A directory and a link to another one change places as fast as they can; what is read is never what is outside. */
    @Test
    void isNotFooledByLinksThatAreExchangedMeanwhile() throws Exception {
        AtomicBoolean ended = new AtomicBoolean();
        Thread attacker = Thread.ofPlatform().start(() -> exchange(ended));
        int read = 0;
        int refused = 0;
        long end = System.nanoTime() + 2_000_000_000L;
        try {
            while (System.nanoTime() < end) {
                try {
                    assertThat(read("a/b/file")).isEqualTo("inside");
                    read++;
                } catch (ImageFailure e) {
                    refused++;
                }
            }
        } finally {
            ended.set(true);
            attacker.join();
        }
        assertThat(read).isPositive();
        assertThat(refused).isPositive();
    }

    private void exchange(AtomicBoolean ended) {
        try {
            Path link = Files.createSymbolicLink(root.resolve("link"), Path.of("../outside"));
            while (!ended.get()) {
                Files.move(root.resolve("a"), root.resolve("aside"), StandardCopyOption.ATOMIC_MOVE);
                Files.move(link, root.resolve("a"), StandardCopyOption.ATOMIC_MOVE);
                Files.move(root.resolve("a"), link, StandardCopyOption.ATOMIC_MOVE);
                Files.move(root.resolve("aside"), root.resolve("a"), StandardCopyOption.ATOMIC_MOVE);
            }
            assertThat(Files.isDirectory(root.resolve("a"), LinkOption.NOFOLLOW_LINKS))
                    .isTrue();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
