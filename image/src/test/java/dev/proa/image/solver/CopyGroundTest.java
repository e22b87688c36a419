package dev.proa.image.solver;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.image.dockerfile.IgnoreFile;
import dev.proa.image.layer.FileAttributes;
import dev.proa.image.solver.CopyFiles.Selected;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CopyGroundTest {
    @TempDir
    Path directory;

    private Path root;
    private List<Selected> tree;

    @BeforeEach
    void makeTree() throws IOException {
        root = Files.createDirectory(directory.resolve("root"));
        Path source = directory.resolve("source");
        Files.createDirectories(source.resolve("tree/sub/empty"));
        Files.writeString(source.resolve("tree/sub/file"), "");
        tree = CopyFiles.select(new RootFiles(source, FileAttributes.NONE), "tree", false, IgnoreFile.NONE);
    }

    private @Nullable String ground(String destination) throws IOException {
        return CopyGround.of(root, FileAttributes.NONE, tree, destination);
    }

    @Test
    void isTheSameWhateverIsElsewhere() throws Exception {
        Files.createDirectories(root.resolve("app"));
        String before = ground("/app/made/");
        Files.createDirectories(root.resolve("other/sub"));
        Files.writeString(root.resolve("app/file"), "");
        assertThat(ground("/app/made/")).isNotNull().isEqualTo(before);
    }

    @Test
    void isTheSameWhateverFilesAreReplaced() throws Exception {
        Files.createDirectories(root.resolve("app/sub"));
        String before = ground("/app");
        Files.writeString(root.resolve("app/sub/file"), "old");
        assertThat(ground("/app")).isEqualTo(before);
    }

    @Test
    void differsByDirectoriesOnTheWay() throws Exception {
        String none = ground("/a/b");
        Files.createDirectories(root.resolve("a"));
        String one = ground("/a/b");
        Files.setAttribute(root.resolve("a"), "unix:mode", 0711);
        String other = ground("/a/b");
        Files.createDirectories(root.resolve("a/b"));
        assertThat(List.of(none, one, other, ground("/a/b"))).doesNotHaveDuplicates();
    }

    @Test
    void differsByDirectoriesOfTheSource() throws Exception {
        Files.createDirectories(root.resolve("app"));
        String none = ground("/app");
        Files.createDirectories(root.resolve("app/sub"));
        String one = ground("/app");
        Files.writeString(root.resolve("app/sub/empty"), "in the way");
        String file = ground("/app");
        Files.delete(root.resolve("app/sub/empty"));
        Files.createDirectories(root.resolve("app/sub/file"));
        assertThat(List.of(none, one, file, ground("/app"))).doesNotHaveDuplicates();
    }

    @Test
    void followsLinksWithinTheRoot() throws Exception {
        Files.createDirectories(root.resolve("real"));
        Files.createSymbolicLink(root.resolve("link"), Path.of("/real"));
        assertThat(ground("/link/app")).isEqualTo(ground("/real/app"));
        Files.createSymbolicLink(root.resolve("dangling"), Path.of("/nothing"));
        assertThat(ground("/dangling/app")).isNull();
    }
}
