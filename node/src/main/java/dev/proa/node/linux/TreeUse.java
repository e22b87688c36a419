package dev.proa.node.linux;

import java.io.IOException;

/**
 * Measures the disk usage of a tree as {@code du -x} does: by descriptors, without following links or entering mounts.
 */
final class TreeUse {
    /** Each level takes two descriptors. Only hostile trees are nested so deep. */
    private static final int DEEPEST = 255;

    private long bytes;
    private long files;

    private TreeUse() {}

    /** Measures a tree. Entries that vanish meanwhile do not count. */
    static TreeUse of(int directory) throws IOException {
        TreeUse use = new TreeUse();
        use.add(directory, 1);
        return use;
    }

    /** The usage in bytes; {@link Long#MAX_VALUE} for a tree that is too deep. */
    long bytes() {
        return bytes;
    }

    /** How many files and directories there are, without the directory itself. */
    long files() {
        return files;
    }

    private void add(int directory, int depth) throws IOException {
        if (depth > DEEPEST) {
            bytes = Long.MAX_VALUE;
            return;
        }
        DirectoryEntries.forEach(directory, (name, type) -> {
            if (bytes != Long.MAX_VALUE) {
                addEntry(directory, name, depth);
            }
        });
    }

    private void addEntry(int directory, long name, int depth) throws IOException {
        try {
            FileStatus status = FileStatus.ofEntry(directory, name);
            files++;
            if (!status.isDirectory()) {
                // Hard links: the file counts once if all its names are in this tree.
                bytes += status.allocatedBytes() / Math.max(1, status.links());
                return;
            }
            if (status.mountPoint()) {
                return;
            }
            bytes += status.allocatedBytes();
            int inner = Directory.openAt(
                    directory,
                    name,
                    Descriptors.O_RDONLY | Descriptors.directoryFlag(),
                    0,
                    Directory.BENEATH | Directory.NO_LINKS | Directory.NO_MOUNTS);
            try {
                add(inner, depth + 1);
            } finally {
                Descriptors.close(inner);
            }
        } catch (ErrnoException e) {
            if (e.is(Errno.EMFILE) || e.is(Errno.ENFILE) || e.is(Errno.EIO) || e.is(Errno.ENOMEM)) {
                throw e; // an error of the machine; all others mean that the entry has changed meanwhile
            }
        }
    }
}
