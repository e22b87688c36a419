package dev.proa.server.configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proa.server.configuration.ReloadedFile.Outcome;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReloadedFileTest {
    @TempDir
    Path directory;

    private final List<Integer> used = new ArrayList<>();
    private boolean ready = true;
    private int parsed;
    private Path path;
    private ReloadedFile<Integer> file;

    @BeforeEach
    void write() throws IOException {
        path = Files.writeString(directory.resolve("number"), "1");
        file = new ReloadedFile<>(path, true, this::parse);
    }

    private int parse(byte[] text) {
        parsed++;
        return Integer.parseInt(new String(text, StandardCharsets.UTF_8));
    }

    private Outcome reload() {
        return file.reload((value, text) -> {
            if (!ready) {
                throw new UncheckedIOException(new IOException("not yet"));
            }
            used.add(value);
        });
    }

    @Test
    void onlyAnotherFileIsUsed() throws IOException {
        assertThat(file.first()).isEqualTo(1);
        assertThat(reload()).isEqualTo(Outcome.SAME);
        Files.writeString(path, "2");
        assertThat(reload()).isEqualTo(Outcome.REPLACED);
        assertThat(reload()).isEqualTo(Outcome.SAME);
        assertThat(used).containsExactly(2);
        assertThat(file.text()).asString(StandardCharsets.UTF_8).isEqualTo("2");
    }

    @Test
    void whatIsRefusedIsNotParsedAgain() throws IOException {
        Files.writeString(path, "two");
        assertThat(reload()).isEqualTo(Outcome.FAILED);
        assertThat(reload()).isEqualTo(Outcome.SAME);
        assertThat(parsed).isEqualTo(2);
        Files.writeString(path, "1");
        assertThat(reload()).isEqualTo(Outcome.SAME);
        Files.writeString(path, "two");
        assertThat(reload()).as("said again").isEqualTo(Outcome.FAILED);
        assertThat(used).isEmpty();
    }

    @Test
    void whatWaitsForSomethingElseIsTriedAgain() throws IOException {
        ready = false;
        Files.writeString(path, "2");
        assertThat(reload()).isEqualTo(Outcome.FAILED);
        assertThat(reload()).as("said once").isEqualTo(Outcome.SAME);
        ready = true;
        assertThat(reload()).isEqualTo(Outcome.REPLACED);
        Files.delete(path);
        assertThat(reload()).isEqualTo(Outcome.FAILED);
        Files.writeString(path, "3");
        assertThat(reload()).isEqualTo(Outcome.REPLACED);
        assertThat(used).containsExactly(2, 3);
    }

    @Test
    void whatDependsOnOtherFilesIsParsedAgain() throws IOException {
        ReloadedFile<Integer> open = new ReloadedFile<>(path, false, this::parse);
        Files.writeString(path, "two");
        assertThat(open.reload((value, text) -> {})).isEqualTo(Outcome.FAILED);
        assertThat(open.reload((value, text) -> {})).as("said once").isEqualTo(Outcome.SAME);
        assertThat(parsed).isEqualTo(4);
    }

    @Test
    void aFileHasALimit() throws IOException {
        Files.write(path, new byte[(4 << 20) + 1]);
        assertThat(reload()).isEqualTo(Outcome.FAILED);
        assertThatThrownBy(() -> new ReloadedFile<>(path, true, this::parse)).hasMessageContaining("larger than 4 MiB");
    }
}
