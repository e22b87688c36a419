package dev.proa.node.linux;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A directory held open, in which others may change names at any time: a volume, or what a container has left behind. Paths are
 * relative to it and resolved by the kernel in one step ({@code openat2} with {@code RESOLVE_BENEATH}), so nothing outside of it is
 * ever reached, whatever becomes a link meanwhile. There is no check that could be true before a use and false at it.
 *
 * <p>Symbolic links are not followed, except by methods that say so; and those follow only links that stay beneath the directory.
 * Never do links of {@code /proc} that lead to open files count ({@code RESOLVE_NO_MAGICLINKS}).
 *
 * <p>Nothing here waits for the other end of a FIFO or for a device, so virtual threads may call it. Not for several threads at once.
 */
public final class Directory implements AutoCloseable {
    /** {@code RESOLVE_NO_XDEV} of {@code openat2(2)}: what is mounted somewhere is not entered. */
    public static final long NO_MOUNTS = 1;
    /** {@code RESOLVE_NO_MAGICLINKS}: links of {@code /proc} that lead to open files are not followed. */
    public static final long NO_MAGIC_LINKS = 2;
    /** {@code RESOLVE_NO_SYMLINKS}: no link is followed. */
    public static final long NO_LINKS = 4;
    /** {@code RESOLVE_BENEATH}: what leads out of the directory is an error. */
    public static final long BENEATH = 8;
    /** {@code RESOLVE_IN_ROOT}: the directory is the root of whatever is resolved. */
    public static final long IN_ROOT = 16;

    /** A rename elsewhere on the machine can make a path with {@code ..} be asked for again. */
    private static final int TRIES = 128;

    private static final int OPEN = Descriptors.O_RDONLY | Descriptors.directoryFlag();

    private final int descriptor;

    private Directory(int descriptor) {
        this.descriptor = descriptor;
    }

    /**
     * Opens a directory by a path no part of which is a link; {@link Path#toRealPath} makes such a path of one that is trusted.
     *
     * @param path absolute
     */
    public static Directory open(Path path) throws ErrnoException {
        return new Directory(openAt(Descriptors.AT_FDCWD, path.toString(), OPEN, 0, NO_MAGIC_LINKS | NO_LINKS));
    }

    /**
     * Opens a directory by a path in which links are followed: nobody but the machine's administrator may be able to change what it
     * leads to.
     */
    public static Directory openTrusted(Path path) throws ErrnoException {
        return new Directory(openAt(Descriptors.AT_FDCWD, path.toString(), OPEN, 0, 0));
    }

    /**
     * As {@link #openTrusted}, for a file of any kind, as a descriptor that stands for it and can neither read nor write it ({@code
     * O_PATH}).
     *
     * @return a descriptor that the caller closes
     */
    public static int openTrustedFile(Path path) throws ErrnoException {
        return openAt(Descriptors.AT_FDCWD, path.toString(), Descriptors.O_PATH, 0, 0);
    }

    /**
     * As {@link #openTrustedFile}, of what is at {@code path} beneath an open directory. Links are followed as long as they stay
     * beneath it; one that is absolute or climbs above it fails with {@link Errno#EXDEV}.
     *
     * @param root descriptor of a directory
     */
    public static int openBeneath(int root, String path) throws ErrnoException {
        return openAt(root, path, Descriptors.O_PATH, 0, NO_MAGIC_LINKS | BENEATH);
    }

    /** The directory at {@code path}. */
    public Directory directory(String path) throws ErrnoException {
        return new Directory(openAt(descriptor, path, OPEN, 0, BENEATH | NO_LINKS));
    }

    /** The directory at {@code path}, which is made, with its parents, where it is missing. */
    public Directory makeDirectories(String path, int mode) throws ErrnoException {
        Directory at = directory(".");
        for (Path name : Path.of(path).normalize()) {
            try (Directory parent = at) {
                at = parent.makeDirectory(name.toString(), mode);
            }
        }
        return at;
    }

    private Directory makeDirectory(String name, int mode) throws ErrnoException {
        try {
            return directory(name);
        } catch (ErrnoException e) {
            if (!e.is(Errno.ENOENT)) {
                throw e;
            }
        }
        boolean made = make(name, mode);
        Directory directory = directory(name);
        if (made) {
            directory.setMode(mode);
        }
        return directory;
    }

    /** As {@link #open(Path)}, making what is missing. */
    public static Directory make(Path path, int mode) throws ErrnoException {
        try (Directory root = open(Path.of("/"))) {
            return root.makeDirectories(path.toString(), mode);
        }
    }

    /** Makes a directory whose parent is there; false when something has the name already. */
    private boolean make(String name, int mode) throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            Kernel.call(name, SystemCall.MKDIRAT, descriptor, Kernel.text(arena, name), mode);
            return true;
        } catch (ErrnoException e) {
            if (e.is(Errno.EEXIST)) {
                return false;
            }
            throw e;
        }
    }

    /**
     * Makes what is missing of a path into directories, following links that stay beneath this directory. Nothing is changed that was
     * there before, and a directory has its mode from its beginning: another one that takes its place at once does not get it.
     *
     * @throws ErrnoException {@link Errno#EXDEV} when the path leads out, {@link Errno#ENOTDIR} when it leads through a file
     */
    public void makeMissing(String path, int mode) throws IOException {
        if (path.startsWith("/")) {
            throw new ErrnoException("make " + path, Errno.EXDEV);
        }
        String so = ".";
        for (Path part : Path.of(path)) {
            String next = so + "/" + part;
            if (!reaches(next)) {
                String parent = so;
                Namespaces.onOwnThread("mkdir", () -> {
                    // The mask of this thread is the mask of all of them, unless it gets one of its own.
                    Kernel.call("", SystemCall.UNSHARE, Namespaces.CLONE_FS);
                    Kernel.call("", SystemCall.UMASK, 0);
                    try (Directory in = new Directory(openAt(descriptor, parent, OPEN, 0, BENEATH | NO_MAGIC_LINKS))) {
                        return in.make(part.toString(), mode);
                    }
                });
            }
            so = next;
        }
    }

    /**
     * Whether a path leads to something, following links that stay beneath this directory.
     *
     * @throws ErrnoException {@link Errno#EXDEV} when it leads out
     */
    public boolean reaches(String path) throws ErrnoException {
        try {
            Descriptors.close(openBeneath(descriptor, path));
            return true;
        } catch (ErrnoException e) {
            if (e.is(Errno.ENOENT)) {
                return false;
            }
            throw e;
        }
    }

    /** Its descriptor, good until it is closed. */
    int descriptor() {
        return descriptor;
    }

    /** What this directory itself is. */
    public FileStatus status() throws ErrnoException {
        return FileStatus.of(descriptor);
    }

    /** What is at {@code path}, a link itself if it is one; null when nothing is. */
    public @Nullable FileStatus status(String path) throws ErrnoException {
        try (Directory parent = parent(path);
                Arena arena = Arena.ofConfined()) {
            return FileStatus.ofEntry(parent.descriptor, Kernel.text(arena, name(path)));
        } catch (ErrnoException e) {
            if (e.is(Errno.ENOENT)) {
                return null;
            }
            throw e;
        }
    }

    /** Sets the permission bits of this directory. */
    public void setMode(int mode) throws ErrnoException {
        Kernel.call("", SystemCall.FCHMOD, descriptor, mode);
    }

    /** Sets the group of this directory. */
    public void setGroup(long group) throws ErrnoException {
        Kernel.call("", SystemCall.FCHOWN, descriptor, -1, group);
    }

    /**
     * Makes a file that nothing may have the name of yet. Its parent is there.
     *
     * @param mode permission bits
     * @param user that owns it, or -1 for that of this process
     * @param group that owns it, or -1 for that of this process
     */
    public void create(String path, byte[] content, int mode, long user, long group) throws ErrnoException {
        int file = openAt(
                descriptor,
                path,
                Descriptors.O_WRONLY | Descriptors.O_CREAT | Descriptors.O_EXCL,
                0600,
                BENEATH | NO_LINKS);
        try {
            Descriptors.write(file, content);
            if (user >= 0 || group >= 0) {
                Kernel.call(path, SystemCall.FCHOWN, file, user, group);
            }
            Kernel.call(path, SystemCall.FCHMOD, file, mode);
        } finally {
            Descriptors.close(file);
        }
    }

    /**
     * Reads a regular file.
     *
     * @param from where to begin; a negative number counts bytes from the end
     * @param limit of the bytes that are read
     * @throws ErrnoException {@link Errno#ELOOP} when it is a link, {@link Errno#EINVAL} when it is another kind of file
     */
    public byte[] read(String path, long from, int limit) throws IOException {
        int file = openAt(descriptor, path, Descriptors.O_RDONLY | Descriptors.O_NONBLOCK, 0, BENEATH | NO_LINKS);
        try {
            FileStatus status = FileStatus.of(file);
            if (!status.isFile()) {
                throw new ErrnoException("read " + path, Errno.EINVAL);
            }
            long offset = from < 0 ? Math.max(0, status.bytes() + from) : from;
            Kernel.call(path, SystemCall.LSEEK, file, offset, 0);
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            while (all.size() < limit) {
                byte[] part = Descriptors.read(file, Math.min(limit - all.size(), 64 << 10), Duration.ZERO);
                if (part.length == 0) {
                    break;
                }
                all.writeBytes(part);
            }
            return all.toByteArray();
        } finally {
            Descriptors.close(file);
        }
    }

    /** Makes a symbolic link at {@code path}, which nothing may have yet. */
    public void link(String target, String path) throws ErrnoException {
        try (Directory parent = parent(path);
                Arena arena = Arena.ofConfined()) {
            Kernel.call(
                    path,
                    SystemCall.SYMLINKAT,
                    Kernel.text(arena, target),
                    parent.descriptor,
                    Kernel.text(arena, name(path)));
        }
    }

    /** Where the symbolic link at {@code path} leads; null when there is none. */
    public @Nullable String readLink(String path) throws ErrnoException {
        try (Directory parent = parent(path);
                Arena arena = Arena.ofConfined()) {
            MemorySegment target = arena.allocate(4096);
            long length = Kernel.call(
                    path,
                    SystemCall.READLINKAT,
                    parent.descriptor,
                    Kernel.text(arena, name(path)),
                    target.address(),
                    target.byteSize());
            return new String(target.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE), StandardCharsets.UTF_8);
        } catch (ErrnoException e) {
            if (e.is(Errno.ENOENT) || e.is(Errno.EINVAL)) {
                return null;
            }
            throw e;
        }
    }

    /**
     * Mounts a file system in memory on the directory at {@code path}; {@link FileStatus#mountPoint} tells it from then on.
     *
     * @param bytes it holds at most; 0 for half of the machine's memory
     * @param mode permission bits of its root
     */
    public void mountMemory(String path, long bytes, int mode) throws ErrnoException {
        try (Directory at = directory(path)) {
            Mounts.mountMemory(at.descriptor, bytes, mode);
        }
    }

    /** Gives what is at {@code from} another name, in place of what has it. */
    public void rename(String from, String to) throws ErrnoException {
        try (Directory source = parent(from);
                Directory target = parent(to);
                Arena arena = Arena.ofConfined()) {
            Kernel.call(
                    from + " to " + to,
                    SystemCall.RENAMEAT2,
                    source.descriptor,
                    Kernel.text(arena, name(from)),
                    target.descriptor,
                    Kernel.text(arena, name(to)),
                    0);
        }
    }

    /**
     * Bytes that all that is in this directory takes of the disk, without following links or entering mounts; {@link Long#MAX_VALUE}
     * when directories are nested deeper than 255. It takes time in proportion to the number of files.
     */
    public long use() throws IOException {
        return TreeUse.of(descriptor);
    }

    /** The names in this directory. */
    public List<String> names() throws IOException {
        List<String> names = new ArrayList<>();
        DirectoryEntries.forEach(descriptor, (name, type) -> names.add(DirectoryEntries.text(name)));
        return names;
    }

    /**
     * Deletes a file, a link or a directory with all that is in it, however deep; links are not followed, and what is mounted there
     * stays. Idempotent. What can be deleted is, even when this fails.
     */
    public void delete(String path) throws IOException {
        try (Directory parent = parent(path)) {
            TreeRemoval.remove(parent.descriptor, name(path));
        } catch (ErrnoException e) {
            if (!e.is(Errno.ENOENT)) {
                throw e;
            }
        }
    }

    /** As {@link #delete(String)}, of a path of the machine's that is {@linkplain #openTrusted trusted} up to its last name. */
    public static void delete(Path path) throws IOException {
        Path absolute = path.toAbsolutePath();
        Path parent = absolute.getParent();
        if (parent == null) {
            throw new IllegalArgumentException("the root is not deleted");
        }
        try (Directory in = openTrusted(parent)) {
            in.delete(absolute.getFileName().toString());
        } catch (ErrnoException e) {
            if (!e.is(Errno.ENOENT)) {
                throw e;
            }
        }
    }

    private Directory parent(String path) throws ErrnoException {
        int slash = path.lastIndexOf('/');
        return directory(slash < 0 ? "." : path.substring(0, slash));
    }

    /** A last name that is none would lead somewhere else: {@code ..} is not in the directory that it is asked for. */
    private static String name(String path) {
        String name = path.substring(path.lastIndexOf('/') + 1);
        if (name.isEmpty() || name.equals(".") || name.equals("..")) {
            throw new IllegalArgumentException("no name of a file: \"" + path + "\"");
        }
        return name;
    }

    /** As {@code openat2(2)}, without waiting for the other end of a FIFO. */
    static int openAt(int directory, String path, int flags, int mode, long resolve) throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            return openAt(directory, Kernel.text(arena, path), flags, mode, resolve);
        } catch (ErrnoException e) {
            throw new ErrnoException("openat2 " + path, e.errno());
        }
    }

    /** As {@link #openAt(int, String, int, int, long)}, with the address of the path. */
    static int openAt(int directory, long path, int flags, int mode, long resolve) throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment how = arena.allocate(ValueLayout.JAVA_LONG, 3);
            long patience = (flags & Descriptors.O_PATH) == 0 ? Descriptors.O_NONBLOCK : 0;
            how.setAtIndex(ValueLayout.JAVA_LONG, 0, flags | patience | Descriptors.O_CLOEXEC);
            how.setAtIndex(ValueLayout.JAVA_LONG, 1, mode);
            how.setAtIndex(ValueLayout.JAVA_LONG, 2, resolve);
            long result = -Errno.EAGAIN;
            for (int i = 0; i < TRIES && (result == -Errno.EAGAIN || result == -Errno.EINTR); i++) {
                result = Kernel.tryCall(SystemCall.OPENAT2, directory, path, how.address(), how.byteSize());
            }
            if (result < 0) {
                throw new ErrnoException("openat2", (int) -result);
            }
            return (int) result;
        }
    }

    @Override
    public void close() {
        Descriptors.close(descriptor);
    }
}
