package dev.proa.node.kubelet.volume.plugin;

import dev.proa.node.kubelet.pod.ConfigFailure;
import dev.proa.node.linux.Descriptors;
import dev.proa.node.linux.Directory;
import dev.proa.node.linux.Errno;
import dev.proa.node.linux.ErrnoException;
import dev.proa.node.linux.FileNodes;
import dev.proa.node.linux.FileStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Checks and creates the paths of {@code hostPath} volumes by type. The administrator decides where such a path leads,
 * so links in it are followed.
 */
final class HostPaths {
    private static final int SOCKET = 0xC000;

    private HostPaths() {}

    /** Creates the path if its type says so, and checks that it is of that type. */
    static void prepare(Path path, String type) throws IOException {
        switch (type) {
            // Container runtimes create the missing source of a bind mount.
            case "", "DirectoryOrCreate" -> {
                if (!Files.exists(path)) {
                    Files.createDirectories(path);
                }
            }
            case "FileOrCreate" -> {
                if (!Files.exists(path)) {
                    Files.createFile(path);
                }
            }
            default -> {}
        }
        switch (type) {
            case "" -> {}
            case "Directory", "DirectoryOrCreate" -> check(path, 0x4000, "a directory");
            case "File", "FileOrCreate" -> check(path, FileNodes.REGULAR_FILE, "a file");
            case "Socket" -> check(path, SOCKET, "a socket file");
            case "CharDevice" -> check(path, FileNodes.CHARACTER_DEVICE, "a character device");
            case "BlockDevice" -> check(path, FileNodes.BLOCK_DEVICE, "a block device");
            default -> throw new ConfigFailure("unknown hostPath type " + type);
        }
    }

    private static void check(Path path, int expected, String what) throws ErrnoException {
        if (type(path) != expected) {
            throw new ConfigFailure("hostPath type check failed: " + path + " is not " + what);
        }
    }

    private static int type(Path path) throws ErrnoException {
        try {
            int file = Directory.openTrustedFile(path);
            try {
                return FileStatus.of(file).type();
            } finally {
                Descriptors.close(file);
            }
        } catch (ErrnoException e) {
            if (e.is(Errno.ENOENT) || e.is(Errno.ENOTDIR)) {
                return 0;
            }
            throw e;
        }
    }
}
