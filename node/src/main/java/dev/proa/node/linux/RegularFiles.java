package dev.proa.node.linux;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Opens files in directories that others may write to. Only regular files are opened: links are not followed, and FIFOs
 * are not waited for.
 */
public final class RegularFiles {
    private RegularFiles() {}

    /**
     * Opens a file for reading.
     *
     * @throws NoSuchFileException when there is none
     * @throws IOException also when it is not a regular file
     */
    public static FileChannel read(Path path) throws IOException {
        return open(path, Descriptors.O_RDONLY, StandardOpenOption.READ);
    }

    /** Opens a file for appending; creates it, private to its owner, if it is missing. */
    public static FileChannel append(Path path) throws IOException {
        int flags = Descriptors.O_WRONLY | Descriptors.O_APPEND | Descriptors.O_CREAT;
        return open(path, flags, StandardOpenOption.APPEND);
    }

    private static FileChannel open(Path path, int flags, OpenOption option) throws IOException {
        int descriptor;
        try {
            descriptor = Descriptors.open(path, flags | Descriptors.noFollowFlag());
        } catch (ErrnoException e) {
            if (e.is(Errno.ENOENT)) {
                throw new NoSuchFileException(path.toString());
            }
            throw e;
        }
        try {
            Path opened = Path.of("/proc/self/fd/" + descriptor);
            if (!Files.isRegularFile(opened)) {
                throw new IOException(path + " is no regular file");
            }
            return FileChannel.open(opened, option);
        } finally {
            Descriptors.close(descriptor);
        }
    }
}
