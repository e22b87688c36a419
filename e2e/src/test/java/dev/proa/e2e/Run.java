package dev.proa.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A command that has ended.
 *
 * @param out what it wrote to standard output
 * @param err what it wrote to standard error
 */
public record Run(List<String> command, int exit, String out, String err) {
    private static final Duration PATIENCE = Duration.ofMinutes(4);

    /** Runs a command with additional environment and an input, and waits for its end. */
    public static Run of(List<String> command, Map<String, String> environment, String input) {
        return of(command, environment, input, PATIENCE);
    }

    /** The same, for a command that may need longer than four minutes. */
    public static Run of(List<String> command, Map<String, String> environment, String input, Duration patience) {
        try {
            Path out = Files.createTempFile("proa-e2e", ".out");
            Path err = Files.createTempFile("proa-e2e", ".err");
            try {
                ProcessBuilder builder =
                        new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
                builder.environment().putAll(environment);
                Process process = builder.start();
                try (var stdin = process.getOutputStream()) {
                    stdin.write(input.getBytes(StandardCharsets.UTF_8));
                } catch (IOException e) {
                    // It ended without reading all of its input, as it may.
                }
                if (!process.waitFor(patience.toSeconds(), TimeUnit.SECONDS)) {
                    process.destroyForcibly().waitFor();
                    throw new AssertionError(command + " did not end within " + patience + "; it said: "
                            + Files.readString(out) + Files.readString(err));
                }
                return new Run(command, process.exitValue(), Files.readString(out), Files.readString(err));
            } finally {
                Files.delete(out);
                Files.delete(err);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while " + command + " ran", e);
        }
    }

    /** Its standard output, without the blanks around. */
    public String text() {
        return out.strip();
    }

    /** Itself, if it ended with 0. */
    public Run ok() {
        return exits(0);
    }

    /** Itself, if it ended with that exit code. */
    public Run exits(int expected) {
        if (exit != expected) {
            throw new AssertionError(
                    String.join(" ", command) + "\nended with " + exit + ", not " + expected + ":\n" + out + err);
        }
        return this;
    }
}
