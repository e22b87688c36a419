package dev.proa.node.linux;

import dev.proa.node.usage.FilesystemUsage;
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
 * An open directory whose contents others may change at any time: a volume, or what a container has left behind. Paths
 * are relative to it and resolved by the kernel in one step ({@code openat2} with {@code RESOLVE_BENEATH}), so nothing
 * outside is ever reached, even if a component is replaced by a link meanwhile: there is no gap between check and use.
 *
 * <p>Symbolic links are not followed, except by methods that say so; and those follow only links that stay beneath the
 * directory. Magic links of {@code /proc} are never followed ({@code RESOLVE_NO_MAGICLINKS}).
 *
 * <p>Nothing here waits for the other end of a FIFO or for a device, so virtual threads may call it. Not for several threads at once.
 */
public final class Directory implements AutoCloseable {
    /** {@code RESOLVE_NO_XDEV} of {@code openat2(2)}: mount points are not crossed. */
    public static final long NO_MOUNTS = 1;
    /** {@code RESOLVE_NO_MAGICLINKS}: links of {@code /proc} that lead to open files are not followed. */
    public static final long NO_MAGIC_LINKS = 2;
    /** {@code RESOLVE_NO_SYMLINKS}: no link is followed. */
    public static final long NO_LINKS = 4;
    /** {@code RESOLVE_BENEATH}: a path that leads out of the directory is an error. */
    public static final long BENEATH = 8;
    /** {@code RESOLVE_IN_ROOT}: the directory is the root of path resolution. */
    public static final long IN_ROOT = 16;

    /** Attempts: a rename elsewhere on the machine makes resolving a path with {@code ..} fail with EAGAIN. */
    private static final int TRIES = 128;

    private static final int OPEN = Descriptors.O_RDONLY | Descriptors.directoryFlag();

    private final int descriptor;

    private Directory(int descriptor) {
        this.descriptor = descriptor;
    }

    /**
     * Opens a directory by a path without links, such as {@link Path#toRealPath} returns for a trusted path.
     *
     * @param path absolute
     */
    public static Directory open(Path path) throws ErrnoException {
        return new Directory(openAt(Descriptors.AT_FDCWD, path.toString(), OPEN, 0, NO_MAGIC_LINKS | NO_LINKS));
    }

    /**
     * Opens a directory by a path in which links are followed, so only the machine's administrator may be able to
     * change it.
     */
    public static Directory openTrusted(Path path) throws ErrnoException {
        return new Directory(openAt(Descriptors.AT_FDCWD, path.toString(), OPEN, 0, 0));
    }

    /**
     * As {@link #openTrusted}, for a file of any type, with {@code O_PATH}.
     *
     * @return a descriptor that the caller closes
     */
    public static int openTrustedFile(Path path) throws ErrnoException {
        return openAt(Descriptors.AT_FDCWD, path.toString(), Descriptors.O_PATH, 0, 0);
    }

    /**
     * As {@link #openTrustedFile}, at {@code path} beneath an open directory. Links are followed as long as they stay
     * beneath it; one that is absolute or climbs above it fails with {@link Errno#EXDEV}.
     *
     * @param root descriptor of a directory
     */
    public static int openBeneath(int root, String path) throws ErrnoException {
        return openAt(root, path, Descriptors.O_PATH, 0, NO_MAGIC_LINKS | BENEATH);
    }

    /** Opens the directory at {@code path}. */
    public Directory directory(String path) throws ErrnoException {
        return new Directory(openAt(descriptor, path, OPEN, 0, BENEATH | NO_LINKS));
    }

    /** Opens the directory at {@code path}, creating it and its parents if missing. */
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

    /** As {@link #open(Path)}, creating what is missing. */
    public static Directory make(Path path, int mode) throws ErrnoException {
        try (Directory root = open(Path.of("/"))) {
            return root.makeDirectories(path.toString(), mode);
        }
    }

    /** Creates a directory in an existing parent; false when the name exists already. */
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
     * Creates the missing directories of a path, following links that stay beneath this directory. Existing ones are
     * not changed. A directory is created with its mode, so that no other that replaces it can get it.
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
                    // The umask is shared by all threads unless this one unshares it.
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
     * Whether a path exists, following links that stay beneath this directory.
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

    /** Its descriptor, valid until it is closed. */
    int descriptor() {
        return descriptor;
    }

    /** The status of this directory. */
    public FileStatus status() throws ErrnoException {
        return FileStatus.of(descriptor);
    }

    /** The status of the file at {@code path}, without following a link; null when there is none. */
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
     * Creates a file, which must not exist, in an existing parent.
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

    /** Creates a symbolic link at {@code path}, which must not exist. */
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

    /** Renames, replacing the target. */
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
     * The disk usage of this directory in bytes, without following links or entering mounts; {@link Long#MAX_VALUE}
     * when directories are nested deeper than 255. It takes time in proportion to the number of files.
     */
    public long use() throws IOException {
        return TreeUse.of(descriptor).bytes();
    }

    /** The file system that this directory is in, and what the tree below it uses of it, measured as {@link #use} does. */
    public FilesystemUsage treeUsage() throws IOException {
        TreeUse tree = TreeUse.of(descriptor);
        return fileSystem().withUse(tree.bytes(), tree.files() + 1);
    }

    /**
     * The same of the directory at a path without links; null when there is none. Of one that something is mounted on, all that is in the
     * file system.
     *
     * @param path absolute
     */
    public static @Nullable FilesystemUsage usageOf(Path path) throws IOException {
        try (Directory directory = open(path)) {
            return directory.status().mountPoint() ? directory.fileSystem() : directory.treeUsage();
        } catch (ErrnoException e) {
            if (e.is(Errno.ENOENT) || e.is(Errno.ENOTDIR) || e.is(Errno.ELOOP)) {
                return null;
            }
            throw e;
        }
    }

    /** A short path that leads here while this is open, for this process alone. */
    public Path descriptorPath() {
        return Path.of("/proc/self/fd/" + descriptor);
    }

    /** The file system that this directory is in. */
    public FilesystemUsage fileSystem() throws ErrnoException {
        return FileSystems.of(descriptor);
    }

    /** The names in this directory. */
    public List<String> names() throws IOException {
        List<String> names = new ArrayList<>();
        DirectoryEntries.forEach(descriptor, (name, type) -> names.add(DirectoryEntries.text(name)));
        return names;
    }

    /**
     * Deletes a file, a link or a directory recursively, however deep; links are not followed, and mounts stay.
     * Idempotent. Even when it fails, everything that can be deleted is.
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

    /** As {@link #delete(String)}, for a path of the machine whose parent is {@linkplain #openTrusted trusted}. */
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

    /** The last component; {@code .} and {@code ..} are refused, since they are not entries of the directory. */
    private static String name(String path) {
        String name = path.substring(path.lastIndexOf('/') + 1);
        if (name.isEmpty() || name.equals(".") || name.equals("..")) {
            throw new IllegalArgumentException("no name of a file: \"" + path + "\"");
        }
        return name;
    }

    /** Calls {@code openat2(2)}, without waiting for the other end of a FIFO. */
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
