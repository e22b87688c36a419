package dev.proa.image.build;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class CommandTest {
    /** Tells its number by the output of the process that started it, and is then long about it. */
    private static final List<String> LONG = List.of("sh", "-c", "echo $$ >/proc/$PPID/fd/1; exec sleep 120");

    @Test
    void tellsExitCodeAndOutput() {
        assertThat(Command.run(List.of("sh", "-c", "echo said; exit 3"), Path.of("."), Map.of()))
                .isEqualTo(new Command.Outcome(3, "said\n"));
    }

    /** As by Ctrl-C: what was being built must not go on beside the next try. */
    @Test
    void endsWhatItStartedWhenItsOwnProcessEnds() throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Runner.class.getName())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (BufferedReader out = process.inputReader()) {
            ProcessHandle started =
                    ProcessHandle.of(Long.parseLong(out.readLine())).orElseThrow();

            process.destroy();

            assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
            started.onExit().get(30, TimeUnit.SECONDS);
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
