package dev.proa.node.linux;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A read-only overlay mount of several directories, with {@code ro}, {@code noexec}, {@code nosuid} and {@code nodev}.
 * It is made in a private mount namespace, so that it is never visible elsewhere.
 */
public final class LayeredMount {
    private static final long FLAGS = Mounts.MS_RDONLY | Mounts.MS_NOEXEC | Mounts.MS_NOSUID | Mounts.MS_NODEV;
    /** An overlay mount without an upper directory needs two lower ones. */
    private static final int FEWEST = 2;

    private LayeredMount() {}

    /**
     * Creates a detached mount.
     *
     * @param layers the lowest first; they must not change as long as the mount is there
     * @param beneath what of it is wanted, a file or a directory; links are followed as long as they do not lead out of the layers.
     *     Empty for all
     * @param scratch an empty directory; it stays empty
     * @param userNamespace descriptor of one whose users own the files as its root and so on, or -1
     * @return a descriptor that the caller closes
     */
    public static int open(List<Path> layers, String beneath, Path scratch, int userNamespace) throws IOException {
        return Namespaces.callInNew(() -> make(layers, beneath, scratch, userNamespace), Namespaces.Kind.MOUNT);
    }

    private static int make(List<Path> layers, String beneath, Path scratch, int userNamespace) throws IOException {
        Path all = attached(layers, scratch, userNamespace, FLAGS, "");
        int root = Directory.openTrustedFile(all);
        try {
            int wanted = beneath.isEmpty() ? root : Directory.openBeneath(root, beneath);
            try {
                return Mounts.copy(wanted, Mounts.ReadOnly.YES, false, Mounts.MS_PRIVATE, -1);
            } finally {
                if (wanted != root) {
                    Descriptors.close(wanted);
                }
            }
        } finally {
            Descriptors.close(root);
        }
    }

    /**
     * Mounts layers at a path, for {@link Namespaces#callInNew} with a mount namespace only; programs in it cannot be run.
     *
     * @param layers the lowest first; they must not change as long as the mount is there
     * @param upper receives what is changed; null to mount read-only
     * @param work an empty directory on the file system of {@code upper}; null without it
     * @param scratch an empty directory; it stays empty
     */
    public static Path mount(List<Path> layers, @Nullable Path upper, @Nullable Path work, Path scratch)
            throws IOException {
        long flags = Mounts.MS_NOEXEC | Mounts.MS_NOSUID | Mounts.MS_NODEV;
        return upper == null
                ? attached(layers, scratch, -1, flags | Mounts.MS_RDONLY, "")
                : attached(layers, scratch, -1, flags, ",upperdir=" + upper + ",workdir=" + work);
    }

    /** Layers are attached under short names, since mount options must fit into a page. */
    private static Path attached(List<Path> layers, Path scratch, int userNamespace, long flags, String options)
            throws IOException {
        Mounts.mount("", Path.of("/"), "", Mounts.MS_REC | Mounts.MS_SLAVE, "");
        Mounts.mount("tmpfs", scratch, "tmpfs", Mounts.MS_NODEV | Mounts.MS_NOSUID, "mode=755,size=64k");
        List<String> names = new ArrayList<>();
        for (Path layer : layers) {
            names.add(Integer.toString(names.size()));
            attach(layer, Files.createDirectory(scratch.resolve(names.getLast())), userNamespace);
        }
        while (names.size() < FEWEST) {
            names.addFirst("empty" + names.size());
            Files.createDirectory(scratch.resolve(names.getFirst()));
        }
        Collections.reverse(names);
        Path all = Files.createDirectory(scratch.resolve("all"));
        enter(scratch);
        Mounts.mount("overlay", all, "overlay", flags, "lowerdir=" + String.join(":", names) + options);
        return all;
    }

    private static void attach(Path layer, Path target, int userNamespace) throws ErrnoException {
        int file = Directory.openTrustedFile(layer);
        try {
            int mount = Mounts.copy(file, Mounts.ReadOnly.YES, false, Mounts.MS_PRIVATE, userNamespace);
            try {
                Mounts.attach(mount, target);
            } finally {
                Descriptors.close(mount);
            }
        } finally {
            Descriptors.close(file);
        }
    }

    private static void enter(Path directory) throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            Kernel.call(directory.toString(), SystemCall.CHDIR, Kernel.text(arena, directory.toString()));
        }
    }
}
