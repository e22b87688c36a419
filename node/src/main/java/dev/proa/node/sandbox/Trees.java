package dev.proa.node.sandbox;

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

/** Directories as wholes, and files that appear whole. */
final class Trees {
    private static final FileAttribute<Set<PosixFilePermission>> OWNERS =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

    private Trees() {}

    /** Deletes a directory with all that is in it; links are not followed. Idempotent. */
    static void delete(Path directory) throws IOException {
        Directory.delete(directory);
    }

    /**
     * Makes a directory for nobody else: what a container makes, a set-user-ID program for one, is not for the users of this
     * machine, and the names of containers are no secret.
     */
    static void makePrivate(Path directory) throws IOException {
        Files.createDirectories(directory);
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
    }

    /**
     * Writes a file that is there whole or not at all, as long as the machine does not crash; containers do not survive that. Nobody
     * else may read it: configurations hold secrets.
     */
    static void write(Path file, byte[] contents) throws IOException {
        Path temporary = file.resolveSibling(file.getFileName() + ".new");
        Files.deleteIfExists(temporary);
        Files.createFile(temporary, OWNERS);
        Files.write(temporary, contents);
        Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
    }

    static void write(Path file, String text) throws IOException {
        write(file, text.getBytes(StandardCharsets.UTF_8));
    }
}
