package dev.proa.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;

/**
 * Writes the help of each command to a file, so that printing it is fast; the launcher runs this once after a build.
 * The system property {@code proa.help} names the folder.
 */
final class HelpTexts {
    private HelpTexts() {}

    public static void main(String[] arguments) throws IOException {
        CommandLine all = Main.commandLine();
        write("", all);
        for (Map.Entry<String, CommandLine> command : all.getSubcommands().entrySet()) {
            write(command.getKey(), command.getValue());
        }
    }

    private static void write(String command, CommandLine line) throws IOException {
        Path file = file(command);
        if (file == null) {
            throw new IllegalStateException("where to? set -Dproa.help");
        }
        Files.createDirectories(file.resolveSibling(""));
        // Replaced atomically: others may be reading or writing it.
        Path fresh = Files.createTempFile(file.resolveSibling(""), "new", "");
        Files.writeString(fresh, line.getUsageMessage(Ansi.ON));
        Files.setPosixFilePermissions(fresh, PosixFilePermissions.fromString("rw-r--r--"));
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /** The help file of a command, or of {@code proa} itself when it is empty; null when there can be none. */
    static @Nullable Path file(String command) {
        String folder = System.getProperty("proa.help", "");
        return folder.isEmpty() || !command.matches("[a-z-]*")
                ? null
                : Path.of(folder, command.isEmpty() ? "all.txt" : command + ".txt");
    }
}
