package dev.proa.delivery.pipeline.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proa.client.ObjectKey;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JobContainerTest {
    @TempDir
    private Path folder;

    private final LocalCommands commands = new LocalCommands();
    private JobContainer container;

    @BeforeEach
    void make() {
        container = new JobContainer(commands, new ObjectKey("team", "pod"), "job", folder.toString());
    }

    @AfterEach
    void end() {
        commands.cut();
    }

    @Test
    void filesAreReadUpToALimit() throws Exception {
        Path file = Files.writeString(folder.resolve("file"), "12345");

        assertThat(container.read(file.toString(), 5)).isEqualTo("12345".getBytes(StandardCharsets.UTF_8));
        assertThatThrownBy(() -> container.read(file.toString(), 4)).isInstanceOf(BoundedOutput.TooLarge.class);
        assertThat(container.read(folder.resolve("none").toString(), 4)).isEmpty();
    }

    @Test
    void outputWithoutEndIsNotKept() {
        assertThatThrownBy(() -> container.sh("cat /dev/zero")).isInstanceOf(BoundedOutput.TooLarge.class);
    }

    @Test
    void ofLongErrorsTheEndIsTold() {
        assertThatThrownBy(() -> container.sh("head -c 100000 /dev/zero | tr '\\0' x >&2; echo the end >&2; exit 7"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("ended with 7: x")
                .hasMessageEndingWith("xthe end")
                .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(5000));
    }
}
