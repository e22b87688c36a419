package dev.proa.image.solver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.proa.image.dockerfile.IgnoreFile;
import dev.proa.image.layer.FileAttributes;
import dev.proa.image.layer.UnixFile;
import dev.proa.image.solver.CopyFiles.Selected;
import dev.proa.image.store.Whiteouts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Copies by way of a staging directory, where a plain directory is in place of the mount, and of its upper directory. */
class CopyFilesTest {
    @TempDir
    Path directory;

    private Path source;
    private Path root;
    private Path written;

    @BeforeEach
    void makeDirectories() throws IOException {
        source = Files.createDirectory(directory.resolve("source"));
        root = Files.createDirectory(directory.resolve("root"));
        written = Files.createDirectory(directory.resolve("written"));
    }

    private void file(String path, String content) throws IOException {
        Path file = source.resolve(path);
        Files.createDirectories(file.resolveSibling(""));
        Files.writeString(file, content);
        Files.setLastModifiedTime(file, FileTime.from(Instant.ofEpochSecond(1_000_000_000)));
    }

    private void copy(String destination, String... paths) throws IOException {
        RootFiles files = new RootFiles(source, FileAttributes.NONE);
        List<Selected> selected = new ArrayList<>();
        for (String path : paths) {
            selected.addAll(CopyFiles.select(files, path, false, IgnoreFile.NONE));
        }
        Staging staging = Staging.of(root, written);
        CopyFiles.of(staging, null, null, Whiteouts.deleting()).copy(selected, destination);
        staging.moveInto(root);
    }

    private String content(String path) throws IOException {
        return Files.readString(root.resolve(path));
    }

    @Test
    void mergesSourcesIntoDirectoriesOldAndNew() throws Exception {
        file("a/sub/one", "1");
        file("b/sub/two", "2");
        file("b/sub/deep/three", "3");
        file("c", "4");
        Files.createDirectories(root.resolve("app/sub"));
        Files.writeString(root.resolve("app/sub/one"), "old");
        Files.writeString(root.resolve("app/sub/kept"), "kept");
        copy("/app/", "a", "b", "c");
        copyToNewPlace();
        assertThat(content("app/sub/one")).isEqualTo("1");
        assertThat(content("app/sub/two")).isEqualTo("2");
        assertThat(content("app/sub/kept")).isEqualTo("kept");
        assertThat(content("app/sub/deep/three")).isEqualTo("3");
        assertThat(content("app/c")).isEqualTo("4");
        assertThat(content("new/place/sub/one")).isEqualTo("1");
        assertThat(content("new/place/sub/two")).isEqualTo("2");
    }

    private void copyToNewPlace() throws IOException {
        written = Files.createDirectory(directory.resolve("again"));
        copy("/new/place/", "a", "b");
    }

    @Test
    void aLaterSourceReplacesFilesOfAnEarlierOne() throws Exception {
        file("a/f", "first");
        file("b/f", "second");
        copy("/x/", "a", "b");
        assertThat(content("x/f")).isEqualTo("second");
    }

    @Test
    void keepsTimesAndModes() throws Exception {
        file("a/sub/f", "f");
        Files.setAttribute(source.resolve("a/sub/f"), "unix:mode", 0641);
        FileTime time = FileTime.from(Instant.ofEpochSecond(900_000_000));
        Files.setLastModifiedTime(source.resolve("a/sub"), time);
        Files.createDirectories(root.resolve("there/sub"));
        copy("/there/", "a");
        assertThat(Files.getLastModifiedTime(root.resolve("there/sub"))).isEqualTo(time);
        assertThat(Files.getLastModifiedTime(root.resolve("there/sub/f")).toInstant())
                .isEqualTo(Instant.ofEpochSecond(1_000_000_000));
        assertThat(UnixFile.of(root.resolve("there/sub/f")).permissions()).isEqualTo(0641);
    }

    @Test
    void filesInDirectoriesWithAGroupHaveTheirOwn() throws Exception {
        assumeTrue("root".equals(System.getProperty("user.name")), "changing owners needs root");
        file("a/shared/f", "f");
        Files.setAttribute(source.resolve("a/shared"), "unix:gid", 50);
        Files.setAttribute(source.resolve("a/shared"), "unix:mode", 02755);
        copy("/x/", "a");
        assertThat(UnixFile.of(root.resolve("x/shared")).gid()).isEqualTo(50);
        assertThat(UnixFile.of(root.resolve("x/shared/f")).gid()).isZero();
    }

    @Test
    void aDirectoryOfTwoSourcesHasTheOwnerOfTheLast() throws Exception {
        assumeTrue("root".equals(System.getProperty("user.name")), "changing owners needs root");
        file("a/sub/one", "1");
        file("b/sub/two", "2");
        Files.setAttribute(source.resolve("a/sub"), "unix:uid", 1000);
        copy("/x/", "a", "b");
        assertThat(UnixFile.of(root.resolve("x/sub")).uid()).isZero();
    }

    @Test
    void refusesToReplaceDirectoriesAndToGoThroughFiles() throws Exception {
        file("a/f", "f");
        file("f", "f");
        Files.createDirectories(root.resolve("d/f"));
        assertThatThrownBy(() -> copy("/d/", "a")).hasMessage("cannot copy to directory: /d/f");
        written = Files.createDirectory(directory.resolve("again"));
        Files.writeString(root.resolve("e"), "");
        assertThatThrownBy(() -> copy("/e/", "a")).hasMessage("cannot copy to non-directory: /e");
        file("b/g/h", "h");
        Files.createDirectories(root.resolve("h"));
        Files.writeString(root.resolve("h/g"), "");
        assertThatThrownBy(() -> copy("/h/", "b")).hasMessage("cannot copy to non-directory: /h/g");
    }

    @Test
    void refusesADirectoryAfterAFileOfTheSameName() throws Exception {
        file("x1", "f");
        file("x2/f", "f");
        assertThatThrownBy(() -> copy("/new", "x*")).hasMessage("cannot copy to non-directory: /new");
    }

    @Test
    void replacesLinksByLinksAndFiles() throws Exception {
        file("a/f", "f");
        Files.createSymbolicLink(source.resolve("a/l"), Path.of("f"));
        Files.createDirectories(root.resolve("x"));
        Files.createSymbolicLink(root.resolve("x/f"), Path.of("/etc/passwd"));
        Files.writeString(root.resolve("x/l"), "");
        copy("/x/", "a");
        assertThat(Files.isSymbolicLink(root.resolve("x/f"))).isFalse();
        assertThat(Files.readSymbolicLink(root.resolve("x/l"))).isEqualTo(Path.of("f"));
        assertThat(Files.exists(written.resolve("0/f"), LinkOption.NOFOLLOW_LINKS))
                .isFalse();
    }
}
