package dev.proa.image.build;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class CommandTest {
    /** A program that tells who reads the pipe {@code WHO} that it runs, and holds the pipe as long as it does. */
    private static final List<String> LONG = List.of("sh", "-c", "exec >\"$WHO\"; echo begun; exec sleep 120");

    @Test
    void tellsExitCodeAndOutput() {
        assertThat(Command.run(List.of("sh", "-c", "echo said; exit 3"), Path.of("."), Map.of()))
                .isEqualTo(new Command.Outcome(3, "said\n"));
    }

    /** As by Ctrl-C: what was being built must not go on beside the next try. */
    @Test
    @Timeout(60)
    void endsWhatItStartedWhenItsOwnProcessEnds(@TempDir Path directory) throws Exception {
        Path pipe = directory.resolve("pipe");
        assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor())
                .isZero();
        ProcessBuilder builder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                Runner.class.getName());
        builder.environment().put("WHO", pipe.toString());
        Process process = builder.inheritIO().start();
        try (BufferedReader said = Files.newBufferedReader(pipe)) {
            assertThat(said.readLine()).isEqualTo("begun");

            process.destroy();

            assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
            assertThat(said.readLine()).isNull();
        } finally {
            process.destroyForcibly();
        }
    }

    /** In a process of its own. */
    static final class Runner {
        private Runner() {}

        public static void main(String[] arguments) {
            Command.run(LONG, Path.of("."), Map.of());
        }
    }
}
