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
 * The help of each command as a file, so that nobody waits for it to be made: the launcher has them written once after a build. The
 * property {@code proa.help} names their folder.
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
        // Whole or not at all: somebody may be reading, and somebody else writing.
        Path fresh = Files.createTempFile(file.resolveSibling(""), "new", "");
        Files.writeString(fresh, line.getUsageMessage(Ansi.ON));
        Files.setPosixFilePermissions(fresh, PosixFilePermissions.fromString("rw-r--r--"));
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /** That of a command, or of all when it is empty; null when there can be none. */
    static @Nullable Path file(String command) {
        String folder = System.getProperty("proa.help", "");
        return folder.isEmpty() || !command.matches("[a-z]*")
                ? null
                : Path.of(folder, command.isEmpty() ? "all.txt" : command + ".txt");
    }
}
