package dev.proa.node.linux;

import java.io.IOException;
import java.lang.foreign.Arena;
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

    /** Take the mount away at once, and let it go when nobody uses it any more. */
    public static final int MNT_DETACH = 2;

    private static final int UMOUNT_NOFOLLOW = 8;

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

    /** Makes {@code source} appear at {@code target}, which must exist; what is mounted below it stays away. */
    public static void bind(Path source, Path target) throws ErrnoException {
        mount(source.toString(), target, "", MS_BIND, "");
    }

    /** Takes one mount away. */
    public static void unmount(Path target, int flags) throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            Kernel.call(
                    target.toString(),
                    SystemCall.UMOUNT2,
                    Kernel.text(arena, target.toString()),
                    flags | UMOUNT_NOFOLLOW);
        }
    }

    /** Takes away whatever is mounted exactly at {@code target}, in however many layers. Idempotent. */
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
                .replace("\\134", "\\");
    }
}
