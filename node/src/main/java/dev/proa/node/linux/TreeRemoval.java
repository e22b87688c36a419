package dev.proa.node.linux;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;

/**
 * Deletes a directory recursively, whatever it contains: names that are not valid text, nesting deeper than any path,
 * immutable files. Links are deleted, not followed. A mount point is an error, and its contents are not deleted.
 *
 * <p>It descends one level only: a non-empty directory inside a directory is moved to the top, where its turn comes. So
 * only two levels are open at any time, however deep the tree is, and no directory is moved twice.
 *
 * <p>An entry that others change between listing and deletion is retried, {@value #MOST_CHANGES} times in all.
 */
final class TreeRemoval {
    private static final int AT_REMOVEDIR = 0x200;
    private static final int RENAME_NOREPLACE = 1;
    private static final long FS_IOC_GETFLAGS = 0x80086601L;
    private static final long FS_IOC_SETFLAGS = 0x40086602L;
    private static final long IMMUTABLE_OR_APPEND_ONLY = 0x30;
    private static final int MOST_CHANGES = 1_000;

    private final Arena arena;
    private final int top;
    private @Nullable ErrnoException failure;
    private boolean progress;
    private int moved;
    private int changes;

    private TreeRemoval(Arena arena, int top) {
        this.arena = arena;
        this.top = top;
    }

    /**
     * Deletes one entry of a directory if it exists. Even when something cannot be deleted, everything else is.
     *
     * @throws ErrnoException for the first thing that could not be deleted
     */
    static void remove(int directory, String name) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            long address = Kernel.text(arena, name);
            int result;
            int changes = 0;
            do {
                result = removeOnce(arena, directory, address);
            } while (changed(result) && ++changes < MOST_CHANGES);
            if (result < 0 && result != -Errno.ENOENT) {
                throw new ErrnoException("delete " + name, -result);
            }
        }
    }

    private static int removeOnce(Arena arena, int directory, long name) throws IOException {
        int result = unlink(directory, name);
        if (result != -Errno.EISDIR) {
            return result;
        }
        int top;
        try {
            top = open(directory, name);
        } catch (ErrnoException e) {
            return -e.errno();
        }
        try {
            new TreeRemoval(arena, top).empty();
        } finally {
            Descriptors.close(top);
        }
        return remove(directory, name, AT_REMOVEDIR);
    }

    /** Whether the error says that an entry has changed: a directory became a file, or is no longer empty. */
    private static boolean changed(int result) {
        return result == -Errno.ENOTDIR || result == -Errno.ELOOP || result == -Errno.ENOTEMPTY;
    }

    private void empty() throws IOException {
        do {
            progress = false;
            failure = null;
            DirectoryEntries.forEach(top, this::atTop);
        } while (progress);
        if (failure != null) {
            throw failure;
        }
    }

    private void atTop(long name, int type) throws IOException {
        if (removed(top, name)) {
            return;
        }
        int directory;
        try {
            directory = open(top, name);
        } catch (ErrnoException e) {
            note(e);
            return;
        }
        try {
            // Entries that one listing misses, since others were deleted meanwhile, are found by the next.
            boolean before = progress;
            do {
                progress = false;
                DirectoryEntries.forEach(directory, (inner, innerType) -> below(directory, inner));
                before |= progress;
            } while (progress);
            progress = before;
        } finally {
            Descriptors.close(directory);
        }
        done(remove(top, name, AT_REMOVEDIR), "delete", name);
    }

    private void below(int directory, long name) {
        if (!removed(directory, name)) {
            int result;
            do {
                long fresh = arena.allocateFrom(".removed-" + moved++).address();
                result = (int) Kernel.tryCall(SystemCall.RENAMEAT2, directory, name, top, fresh, RENAME_NOREPLACE);
            } while (result == -Errno.EEXIST);
            done(result, "move", name);
        }
    }

    /** Deletes a file or an empty directory; false for a directory that is not empty. Other errors are recorded. */
    private boolean removed(int directory, long name) {
        int result = unlink(directory, name);
        if (result == -Errno.EISDIR) {
            result = remove(directory, name, AT_REMOVEDIR);
            if (result == -Errno.ENOTEMPTY || result == -Errno.EEXIST) {
                return false;
            }
        }
        done(result, "delete", name);
        return true;
    }

    private void done(int result, String what, long name) {
        if (result == 0) {
            progress = true;
        } else if (result != -Errno.ENOENT) {
            note(new ErrnoException(what + " " + DirectoryEntries.text(name), -result));
        }
    }

    private void note(ErrnoException e) {
        // A directory in which something cannot be deleted stays for good.
        if (changed(-e.errno()) && failure == null && changes < MOST_CHANGES) {
            changes++;
            progress = true;
        } else if (failure == null) {
            failure = e;
        }
    }

    private static int open(int directory, long name) throws ErrnoException {
        return Directory.openAt(
                directory,
                name,
                Descriptors.O_RDONLY | Descriptors.directoryFlag(),
                0,
                Directory.BENEATH | Directory.NO_LINKS | Directory.NO_MOUNTS);
    }

    private static int unlink(int directory, long name) {
        return remove(directory, name, 0);
    }

    /** Deletes an entry, clearing the immutable and append-only attributes if necessary. */
    private static int remove(int directory, long name, int flags) {
        int result = (int) Kernel.tryCall(SystemCall.UNLINKAT, directory, name, flags);
        if (result == -Errno.EPERM && makeMutable(directory, name)) {
            result = (int) Kernel.tryCall(SystemCall.UNLINKAT, directory, name, flags);
        }
        return result;
    }

    private static boolean makeMutable(int directory, long name) {
        boolean changed = makeMutable(directory);
        try {
            FileStatus status = FileStatus.ofEntry(directory, name);
            if (!status.isFile() && !status.isDirectory()) {
                return changed; // other types have no such attributes, and opening a device has side effects
            }
            int file = Directory.openAt(
                    directory,
                    name,
                    Descriptors.O_RDONLY | Descriptors.O_NONBLOCK,
                    0,
                    Directory.BENEATH | Directory.NO_LINKS | Directory.NO_MOUNTS);
            try {
                return makeMutable(file) | changed;
            } finally {
                Descriptors.close(file);
            }
        } catch (ErrnoException e) {
            return changed; // the deletion reports the error
        }
    }

    private static boolean makeMutable(int file) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment flags = arena.allocate(ValueLayout.JAVA_LONG);
            if (Kernel.tryCall(SystemCall.IOCTL, file, FS_IOC_GETFLAGS, flags.address()) < 0) {
                return false;
            }
            long before = flags.get(ValueLayout.JAVA_LONG, 0);
            flags.set(ValueLayout.JAVA_LONG, 0, before & ~IMMUTABLE_OR_APPEND_ONLY);
            return (before & IMMUTABLE_OR_APPEND_ONLY) != 0
                    && Kernel.tryCall(SystemCall.IOCTL, file, FS_IOC_SETFLAGS, flags.address()) >= 0;
        }
    }
}
