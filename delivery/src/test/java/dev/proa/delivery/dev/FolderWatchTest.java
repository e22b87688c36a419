package dev.proa.delivery.dev;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.testing.Await;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class FolderWatchTest {
    @TempDir
    Path project;

    private final Set<String> told = new ConcurrentSkipListSet<>();

    private FolderWatch watch() throws IOException {
        return FolderWatch.of(project, Set.of(), new FolderWatch.Changed() {
            @Override
            public void path(String path) {
                told.add(path);
            }

            @Override
            public void failed(String why) {
                told.add("failed: " + why);
            }
        });
    }

    private void file(String name) throws IOException {
        Path file = project.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, "x");
    }

    @Test
    void tellsWhatIsMadeChangedAndDeleted() throws Exception {
        file("src/a.txt");
        file("src/gone.txt");
        try (FolderWatch watch = watch()) {
            Files.writeString(project.resolve("src/a.txt"), "changed");
            Files.delete(project.resolve("src/gone.txt"));
            file("new/deep/er/b.txt");
            Files.move(project.resolve("src/a.txt"), project.resolve("src/c.txt"));
            Await.until(
                    "all is told",
                    () -> told.containsAll(Set.of("src/a.txt", "src/gone.txt", "new/deep/er/b.txt", "src/c.txt")));
            told.clear();
            file("new/deep/er/d.txt");
            Await.until("new folders are watched", () -> told.contains("new/deep/er/d.txt"));
        }
    }

    @Test
    void leavesOutWhatIsIgnored() throws Exception {
        Files.writeString(project.resolve(".gitignore"), "*.log\n");
        try (FolderWatch watch = watch()) {
            file("a.log");
            file("node_modules/x/index.js");
            file("last.txt");
            Await.until("the last is told", () -> told.contains("last.txt"));
            assertThat(told).containsExactly("last.txt");
            Files.writeString(project.resolve(".gitignore"), "");
            Await.until("the rules have changed", () -> told.contains(".gitignore"));
            file("b.log");
            Await.until("what is no longer ignored is told", () -> told.contains("b.log"));
        }
    }

    @Test
    void doesNotFollowLinks() throws Exception {
        Path outside = Files.createTempDirectory("outside");
        try (FolderWatch watch = watch()) {
            Files.createSymbolicLink(project.resolve("link"), outside);
            Await.until("the link is told", () -> told.contains("link"));
            Files.writeString(outside.resolve("secret"), "x");
            file("last.txt");
            Await.until("the last is told", () -> told.contains("last.txt"));
            assertThat(told).doesNotContain("link/secret");
        } finally {
            Files.deleteIfExists(outside.resolve("secret"));
            Files.delete(outside);
        }
    }
}
