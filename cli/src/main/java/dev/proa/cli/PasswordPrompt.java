package dev.proa.cli;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Asks for a password on the terminal of the process, whatever its standard streams are, and does not show it. */
final class PasswordPrompt {
    private static final File TERMINAL = new File("/dev/tty");

    private PasswordPrompt() {}

    /** @return null when the input ends */
    static @Nullable String ask(String question) throws IOException, InterruptedException {
        if (!stty("-echo")) {
            throw new Failure(Exit.FAILED, "there is no terminal to ask for the password: use --password-stdin");
        }
        try (BufferedReader in = Files.newBufferedReader(TERMINAL.toPath(), StandardCharsets.UTF_8)) {
            Files.writeString(Path.of(TERMINAL.getPath()), question);
            return in.readLine();
        } finally {
            stty("echo");
            Files.writeString(Path.of(TERMINAL.getPath()), "\n");
        }
    }

    private static boolean stty(String setting) throws IOException, InterruptedException {
        if (!TERMINAL.canRead()) {
            return false;
        }
        try {
            return new ProcessBuilder("stty", setting)
                            .redirectInput(TERMINAL)
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException e) {
            return false; // the process has no terminal, or there is no stty
        }
    }
}
