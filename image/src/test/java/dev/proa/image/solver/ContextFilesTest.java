package dev.proa.image.solver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proa.image.Digest;
import dev.proa.image.ImageFailure;
import dev.proa.image.dockerfile.IgnoreFile;
import dev.proa.image.solver.CopyFiles.Selected;
import dev.proa.image.source.SourceFolder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ContextFilesTest {
    private static final int FILES = 300;

    @TempDir
    Path directory;

    @Test
    void readsDigestsOfManyFilesAndKeepsThoseThatAreSettled() throws Exception {
        Path context = Files.createDirectory(directory.resolve("context"));
        for (int i = 0; i < FILES; i++) {
            Path file = context.resolve("d" + i % 7 + "/f" + i);
            Files.createDirectories(file.resolveSibling(""));
            Files.writeString(file, "content " + i);
            if (i > 0) {
                Files.setLastModifiedTime(file, FileTime.from(Instant.ofEpochSecond(1_000_000_000)));
            }
        }
        try (StepCache cache = StepCache.open(directory.resolve("cache"));
                SourceFolder folder = SourceFolder.open(context)) {
            ContextDigests digests = ContextDigests.read(cache.digests(context));
            try (ContextFiles files = ContextFiles.of(folder, IgnoreFile.NONE, digests)) {
                List<Selected> all = CopyFiles.select(files, ".", false, IgnoreFile.NONE);
                files.readDigests(all);
                assertThat(files.digest(files.item("d5/f12")))
                        .isEqualTo(Digest.of("content 12".getBytes(StandardCharsets.UTF_8))
                                .hex());
                files.readDigests(all);
            }
            digests.save(cache);
            assertThat(Files.readAllLines(cache.digests(context)))
                    .as("all but the one that was changed just now")
                    .hasSize(FILES - 1)
                    .noneMatch(line -> line.endsWith(" d0/f0"));
        }
    }

    @Test
    void tellsWhenAFileChangesBeforeItIsRead() throws Exception {
        Path file = Files.writeString(directory.resolve("file"), "one");
        try (SourceFolder folder = SourceFolder.open(directory)) {
            ContextDigests digests = ContextDigests.read(directory.resolve("none"));
            try (ContextFiles files = ContextFiles.of(folder, IgnoreFile.NONE, digests)) {
                List<Selected> all = CopyFiles.select(files, "file", false, IgnoreFile.NONE);
                Files.writeString(file, "another");
                assertThatThrownBy(() -> files.readDigests(all))
                        .isInstanceOf(ImageFailure.class)
                        .hasMessage("/file changed while it was copied; build again");
            }
        }
    }
}
