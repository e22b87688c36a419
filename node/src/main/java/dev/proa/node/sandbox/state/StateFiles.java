package dev.proa.node.sandbox.state;

import dev.proa.node.linux.Directory;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/** Recursive deletion, private directories and atomic writes. */
public final class StateFiles {
    private static final FileAttribute<Set<PosixFilePermission>> OWNERS =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

    private StateFiles() {}

    /** Deletes a directory with all that is in it; links are not followed. Idempotent. */
    public static void delete(Path directory) throws IOException {
        Directory.delete(directory);
    }

    /**
     * Creates a private directory: users of this machine must not reach what containers create, such as set-user-ID
     * programs.
     */
    public static void makePrivate(Path directory) throws IOException {
        Files.createDirectories(directory);
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
    }

    /**
     * Writes a file atomically, but not durably: containers do not survive a crash of the machine either. The file is
     * private, since configurations hold secrets.
     */
    public static void write(Path file, byte[] contents) throws IOException {
        Path temporary = file.resolveSibling(file.getFileName() + ".new");
        Files.deleteIfExists(temporary);
        Files.createFile(temporary, OWNERS);
        Files.write(temporary, contents);
        Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
    }

    public static void write(Path file, String text) throws IOException {
        write(file, text.getBytes(StandardCharsets.UTF_8));
    }
}
