package dev.proa.node.kubelet.volume.plugin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proa.node.kubelet.pod.ConfigFailure;
import dev.proa.node.linux.Directory;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtomicWriterTest {
    @TempDir
    private Path temporary;

    private int version;

    @Test
    void writesFilesWithTheirModes() throws IOException {
        Path volume = temporary.resolve("volume");
        assertThat(write(volume, Map.of("a", file("1", 0400), "sub/b", file("2", 0755))))
                .isTrue();

        assertThat(volume.resolve("a")).isSymbolicLink().hasContent("1");
        assertThat(volume.resolve("sub/b")).hasContent("2");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(volume.resolve("a"))))
                .isEqualTo("r--------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(volume.resolve("sub/b"))))
                .isEqualTo("rwxr-xr-x");
    }

    @Test
    void leavesUnchangedFilesAlone() throws IOException {
        write(temporary, Map.of("a", file("1", 0644)));
        Path before = temporary.resolve("a").toRealPath();

        assertThat(write(temporary, Map.of("a", file("1", 0644)))).isFalse();
        assertThat(temporary.resolve("a").toRealPath()).isEqualTo(before);
        assertThat(write(temporary, Map.of("a", file("1", 0600)))).isTrue();
    }

    @Test
    void holdsAfterEachWriteWhatWasWrittenAndNothingElse() throws IOException {
        long seed = 42;
        Random random = new Random(seed);
        List<String> names = List.of("a", "b", "dir/c", "dir/d", "deep/er/e");
        for (int round = 0; round < 50; round++) {
            Map<String, AtomicWriter.File> files = new TreeMap<>();
            for (String name : names) {
                if (random.nextBoolean()) {
                    files.put(name, file(String.valueOf(random.nextInt(3)), 0644));
                }
            }
            write(temporary, files);

            assertThat(visible()).as("seed %d, round %d", seed, round).isEqualTo(contents(files));
            try (Stream<Path> hidden = Files.list(temporary)) {
                assertThat(hidden.filter(path -> path.getFileName().toString().startsWith("..")))
                        .as("seed %d, round %d", seed, round)
                        .hasSize(2); // the link and what it leads to
            }
        }
    }

    @Test
    void refusesPathsThatLeadOutAndLeavesNothing() throws IOException {
        for (String path : List.of("../x", "a/../../x", "/etc/x")) {
            assertThatThrownBy(() -> write(temporary, Map.of("good", file("1", 0644), path, file("2", 0644))))
                    .isInstanceOf(ConfigFailure.class)
                    .hasMessageContaining(path);
        }
        assertThat(temporary).isEmptyDirectory();
    }

    @Test
    void leavesNoHalfVersionWhenWritingFails() throws IOException {
        write(temporary, Map.of("a", file("1", 0644)));
        Map<String, AtomicWriter.File> clashing = new java.util.LinkedHashMap<>();
        clashing.put("a", file("2", 0644));
        clashing.put("a/b", file("2", 0644)); // a is a file

        assertThatThrownBy(() -> write(temporary, clashing)).isInstanceOf(IOException.class);
        assertThat(temporary.resolve("a")).hasContent("1");
        try (Stream<Path> all = Files.list(temporary)) {
            assertThat(all).hasSize(3);
        }
    }

    @Test
    void neitherDeletesNorReadsWhatLinksLeadTo(@TempDir Path host) throws IOException {
        Path precious = Files.createDirectories(host.resolve("precious/deep"));
        Files.writeString(precious.resolve("a"), "of the host");
        for (Path to : List.of(host.resolve("precious"), Path.of("../" + host.getFileName() + "/precious"))) {
            write(temporary, Map.of("a", file("1", 0644)));
            Files.delete(temporary.resolve("..data"));
            Files.createSymbolicLink(temporary.resolve("..data"), to);
            Files.createSymbolicLink(temporary.resolve("..old"), to);
            Files.delete(temporary.resolve("a"));
            Files.createSymbolicLink(temporary.resolve("a"), to.resolve("deep/a"));

            assertThat(write(temporary, Map.of("a", file("2", 0644)))).isTrue();

            assertThat(precious.resolve("a")).hasContent("of the host");
            assertThat(temporary.resolve("a")).hasContent("2");
            assertThat(temporary.resolve("..old")).doesNotExist();
        }
    }

    @Test
    void replacesWhatHasItsNames() throws IOException {
        Files.createDirectories(temporary.resolve("..data/sub"));
        Files.createDirectories(temporary.resolve("..data_tmp/sub"));
        Files.createDirectories(temporary.resolve("a/sub"));

        write(temporary, Map.of("a", file("1", 0644)));

        assertThat(temporary.resolve("a")).hasContent("1");
    }

    private boolean write(Path directory, Map<String, AtomicWriter.File> files) throws IOException {
        Files.createDirectories(directory);
        try (Directory open = Directory.openTrusted(directory)) {
            return AtomicWriter.write(open, files, -1, "version-" + version++);
        }
    }

    private Map<String, String> visible() throws IOException {
        Map<String, String> found = new TreeMap<>();
        try (Stream<Path> all = Files.walk(temporary, java.nio.file.FileVisitOption.FOLLOW_LINKS)) {
            for (Path path : all.filter(Files::isRegularFile).toList()) {
                String name = temporary.relativize(path).toString();
                if (!name.startsWith("..")) {
                    found.put(name, Files.readString(path));
                }
            }
        }
        return found;
    }

    private static Map<String, String> contents(Map<String, AtomicWriter.File> files) {
        Map<String, String> contents = new TreeMap<>();
        files.forEach((name, file) -> contents.put(name, new String(file.content(), StandardCharsets.UTF_8)));
        return contents;
    }

    private static AtomicWriter.File file(String content, int mode) {
        return new AtomicWriter.File(content.getBytes(StandardCharsets.UTF_8), mode);
    }
}
