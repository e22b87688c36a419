package dev.proa.node.linux;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** {@code mount(2)} and its relatives, in the mount namespace of the calling process. */
public final class Mounts {
    public static final long MS_RDONLY = 1;
    public static final long MS_NOSUID = 2;
    public static final long MS_NODEV = 4;
    public static final long MS_NOEXEC = 8;
    public static final long MS_REMOUNT = 32;
    public static final long MS_BIND = 4096;
    public static final long MS_REC = 16384;
    public static final long MS_PRIVATE = 1 << 18;
    public static final long MS_SLAVE = 1 << 19;
    public static final long MS_SHARED = 1 << 20;
    public static final long MS_STRICTATIME = 1 << 24;

    /** Detach the mount at once, and release it when it is no longer in use. */
    public static final int MNT_DETACH = 2;

    private static final int UMOUNT_NOFOLLOW = 8;
    private static final long AT_EMPTY_PATH = 0x1000;
    private static final long AT_RECURSIVE = 0x8000;
    private static final long OPEN_TREE_CLONE = 1;
    private static final long ATTRIBUTE_READ_ONLY = 1;
    private static final long ATTRIBUTE_NO_DEVICES = 4;
    private static final long ATTRIBUTE_NO_SETUID = 2;
    private static final long MOVE_FROM_EMPTY_PATH = 4;
    private static final long ATTRIBUTE_IDMAP = 0x100000;
    private static final long ATTRIBUTES_BYTES = 32;
    private static final int FSOPEN_CLOEXEC = 1;
    private static final int FSMOUNT_CLOEXEC = 1;
    private static final int FSCONFIG_SET_FLAG = 0;
    private static final int FSCONFIG_SET_STRING = 1;
    private static final int FSCONFIG_CMD_CREATE = 6;
    private static final int MOVE_BOTH_EMPTY_PATHS = 0x44;

    private Mounts() {}

    /** As {@code mount -t type -o data source target} with these flags. */
    public static void mount(String source, Path target, String type, long flags, String data) throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            Kernel.call(
                    (type.isEmpty() ? source : type) + " on " + target,
                    SystemCall.MOUNT,
                    Kernel.text(arena, source),
                    Kernel.text(arena, target.toString()),
                    Kernel.text(arena, type),
                    flags,
                    data.isEmpty() ? 0 : Kernel.text(arena, data));
        }
    }

    /** Bind-mounts {@code source} at {@code target}, which must exist; not recursive. */
    public static void bind(Path source, Path target) throws ErrnoException {
        mount(source.toString(), target, "", MS_BIND, "");
    }

    /** Whether a mount is read-only. */
    public enum ReadOnly {
        NO,
        /** The mount itself, not what is mounted below it. */
        YES,
        RECURSIVELY
    }

    /**
     * Clones the mount of an open file, with all mounts below it, as a detached mount for {@code move_mount}. It works
     * on the descriptor, so no path is resolved again.
     *
     * @param file a descriptor, which may be made with {@code O_PATH}
     * @param devices whether device nodes in it work
     * @param propagation {@link #MS_SLAVE} when what is mounted below the original later is to appear in the copy, or {@link
     *     #MS_PRIVATE}
     * @param userNamespace descriptor of one whose users own the files as its root and so on (an idmapped mount), or -1
     * @return a descriptor that the caller closes; a mount that was not attached vanishes with it
     * @throws ErrnoException {@link Errno#EINVAL} also when the file system does not support idmapped mounts
     */
    public static int copy(int file, ReadOnly readOnly, boolean devices, long propagation, int userNamespace)
            throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            int tree = (int) Kernel.call(
                    "",
                    SystemCall.OPEN_TREE,
                    file,
                    Kernel.text(arena, ""),
                    OPEN_TREE_CLONE | Descriptors.O_CLOEXEC | AT_EMPTY_PATH | AT_RECURSIVE);
            try {
                boolean all = readOnly == ReadOnly.RECURSIVELY;
                long attributes = (devices ? 0 : ATTRIBUTE_NO_DEVICES)
                        | (all ? ATTRIBUTE_READ_ONLY : 0)
                        | (userNamespace < 0 ? 0 : ATTRIBUTE_IDMAP);
                setAttributes(arena, tree, AT_RECURSIVE, attributes, propagation, userNamespace);
                if (readOnly == ReadOnly.YES) {
                    setAttributes(arena, tree, 0, ATTRIBUTE_READ_ONLY, 0, 0);
                }
                return tree;
            } catch (ErrnoException e) {
                Descriptors.close(tree);
                throw e;
            }
        }
    }

    /** Attaches a detached mount at {@code target}. */
    public static void attach(int mount, Path target) throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            Kernel.call(
                    target.toString(),
                    SystemCall.MOVE_MOUNT,
                    mount,
                    Kernel.text(arena, ""),
                    Descriptors.AT_FDCWD,
                    Kernel.text(arena, target.toString()),
                    MOVE_FROM_EMPTY_PATH);
        }
    }

    /** Mounts a tmpfs on an open directory. */
    static void mountMemory(int directory, long bytes, int mode) throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            int context = (int) Kernel.call("tmpfs", SystemCall.FSOPEN, Kernel.text(arena, "tmpfs"), FSOPEN_CLOEXEC);
            try {
                set(arena, context, "source", "tmpfs");
                set(arena, context, "mode", Integer.toOctalString(mode));
                if (bytes > 0) {
                    set(arena, context, "size", Long.toString(bytes));
                }
                // noswap: unknown to kernels before 6.3, which may write secrets to a swap device.
                Kernel.tryCall(SystemCall.FSCONFIG, context, FSCONFIG_SET_FLAG, Kernel.text(arena, "noswap"), 0, 0);
                Kernel.call("tmpfs", SystemCall.FSCONFIG, context, FSCONFIG_CMD_CREATE, 0, 0, 0);
                int mount = (int) Kernel.call(
                        "tmpfs",
                        SystemCall.FSMOUNT,
                        context,
                        FSMOUNT_CLOEXEC,
                        ATTRIBUTE_NO_SETUID | ATTRIBUTE_NO_DEVICES);
                try {
                    long here = Kernel.text(arena, "");
                    Kernel.call("tmpfs", SystemCall.MOVE_MOUNT, mount, here, directory, here, MOVE_BOTH_EMPTY_PATHS);
                } finally {
                    Descriptors.close(mount);
                }
            } finally {
                Descriptors.close(context);
            }
        }
    }

    private static void set(Arena arena, int context, String key, String value) throws ErrnoException {
        Kernel.call(
                key + "=" + value,
                SystemCall.FSCONFIG,
                context,
                FSCONFIG_SET_STRING,
                Kernel.text(arena, key),
                Kernel.text(arena, value),
                0);
    }

    private static void setAttributes(
            Arena arena, int tree, long flags, long attributes, long propagation, int userNamespace)
            throws ErrnoException {
        MemorySegment set = arena.allocate(ATTRIBUTES_BYTES, 8);
        set.set(ValueLayout.JAVA_LONG, 0, attributes);
        set.set(ValueLayout.JAVA_LONG, 16, propagation);
        set.set(ValueLayout.JAVA_LONG, 24, Math.max(0, userNamespace));
        Kernel.call(
                "",
                SystemCall.MOUNT_SETATTR,
                tree,
                Kernel.text(arena, ""),
                AT_EMPTY_PATH | flags,
                set.address(),
                ATTRIBUTES_BYTES);
    }

    /** Unmounts one mount. */
    public static void unmount(Path target, int flags) throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            Kernel.call(
                    target.toString(),
                    SystemCall.UMOUNT2,
                    Kernel.text(arena, target.toString()),
                    flags | UMOUNT_NOFOLLOW);
        }
    }

    /** Unmounts everything that is mounted exactly at {@code target}. Idempotent. */
    public static void unmountAll(Path target) throws ErrnoException {
        while (true) {
            try {
                unmount(target, MNT_DETACH);
            } catch (ErrnoException e) {
                if (e.is(Errno.EINVAL) || e.is(Errno.ENOENT)) {
                    return;
                }
                throw e;
            }
        }
    }

    /** The mount points at or below {@code directory}, deepest first, as {@code /proc/self/mountinfo} has them. */
    public static List<Path> below(Path directory) throws IOException {
        List<Path> found = new ArrayList<>();
        for (String line : Files.readAllLines(Path.of("/proc/self/mountinfo"))) {
            Path point = Path.of(unescape(line.split(" ", 6)[4]));
            if (point.startsWith(directory)) {
                found.addFirst(point);
            }
        }
        return found;
    }

    /** Whether the kernel can mount file systems of this type. */
    public static boolean supports(String type) throws IOException {
        return Files.readAllLines(Path.of("/proc/filesystems")).stream().anyMatch(line -> line.endsWith("\t" + type));
    }

    private static String unescape(String path) {
        return path.replace("\\040", " ")
                .replace("\\011", "\t")
                .replace("\\012", "\n")
                .replace("\\043", "#")
                .replace("\\134", "\\");
    }
}
