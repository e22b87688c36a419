package dev.proa.delivery.pipeline.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SealedStateTest {
    @TempDir
    private Path folder;

    @Test
    void theSameKeyOpensItLater() throws IOException {
        String sealed = SealedState.in(folder).seal("run", "[\"hunter2\"]");

        assertThat(sealed).doesNotContain("hunter2");
        assertThat(SealedState.in(folder).open("run", sealed)).isEqualTo("[\"hunter2\"]");
        assertThat(Files.getPosixFilePermissions(folder.resolve("state.key")))
                .isEqualTo(PosixFilePermissions.fromString("rw-------"));
    }

    @Test
    void theStateOfAnotherRunIsNotTaken() throws IOException {
        SealedState states = SealedState.in(folder);
        String sealed = states.seal("run", "[]");

        assertThatThrownBy(() -> states.open("other", sealed)).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> states.open("run", "[]")).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> states.open("run", "")).isInstanceOf(IOException.class);
    }
}
