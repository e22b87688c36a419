package dev.proa.delivery.git;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.util.FS;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RepositoryStoreTest {
    @TempDir
    private Path folder;

    @Test
    void headNamesTheDefaultBranch() throws IOException {
        RepositoryStore store = new RepositoryStore(folder.resolve("store"));
        store.open("uid", "main").close();

        try (Repository repository = store.open("uid", "feature/one")) {
            assertThat(repository.getFullBranch()).isEqualTo("refs/heads/feature/one");
        }
    }

    /** They may name programs to run. */
    @Test
    void settingsOfWhoRunsTheClusterAreNotTaken() throws IOException {
        Files.writeString(folder.resolve(".gitconfig"), "[filter \"lfs\"]\n\tsmudge = touch ran\n");
        FS.DETECTED.setUserHome(folder.toFile());
        try (Repository repository = new RepositoryStore(folder.resolve("store")).open("uid", "main")) {
            assertThat(repository.getConfig().getString("filter", "lfs", "smudge"))
                    .isNull();
        } finally {
            FS.DETECTED.setUserHome(null);
        }
    }

    /** Refs are files, and what is in one that is none is part of git's message. */
    @ParameterizedTest
    @ValueSource(
            strings = {"../../../../secret", "a/../../../../../secret", "a..b", "a b", "", "a\nref: x", "/", "x.lock"})
    void aDefaultBranchThatIsNoBranchReadsNothingElse(String branch) throws IOException {
        Files.writeString(folder.resolve("secret"), "hunter2");
        RepositoryStore store = new RepositoryStore(folder.resolve("store"));
        store.open("uid", "main").close();

        for (int time = 0; time < 2; time++) {
            assertThatThrownBy(() -> store.open("uid", branch))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("spec.defaultBranch")
                    .satisfies(e -> assertThat(e.getMessage()).doesNotContain("hunter2"));
        }
    }
}
