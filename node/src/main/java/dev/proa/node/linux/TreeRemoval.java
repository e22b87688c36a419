package dev.proa.node.linux;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;

/**
 * Deletes a directory with all that is in it, whatever is in it: names that are no text, directories so deep that no path could
 * name what is in them, files that were made immutable. Links are deleted and not followed, and nothing is deleted that is mounted
 * there: that is an error.
 *
 * <p>It goes one level deep only. A directory in a directory that is not empty is moved up to the top, where its turn comes; so two
 * levels are open at any time however deep the tree is, and no directory is moved twice.
 *
 * <p>An entry that others make into something else between a look at it and its deletion is looked at again, {@value #MOST_CHANGES} times
 * in all.
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
     * Deletes one entry of a directory; one that is not there is none to delete. What can be deleted is, even when something cannot.
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

    /** Whether a directory turned out to be none, or one that was empty not to be empty. */
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
            // What is left unlisted by one look, since others were deleted meanwhile, the next one finds.
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

    /** Deletes a file or an empty directory; false for a directory that is not empty. What fails otherwise is noted. */
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

    /** Deletes an entry; attributes by which the kernel keeps even root from that are taken off. */
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
                return changed; // others have no such attributes, and opening a device does things
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
            return changed; // the deletion says what is wrong
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
