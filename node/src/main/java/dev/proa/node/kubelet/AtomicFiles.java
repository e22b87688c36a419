package dev.proa.node.kubelet;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Files in a directory that change all at once: they lie in a hidden directory with a time in its name, {@code ..data} links to
 * it, and the visible names link through that. Replacing the one link replaces all files, so a reader never sees a mixture.
 */
final class AtomicFiles {
    private static final String DATA = "..data";

    private AtomicFiles() {}

    /** @param mode permission bits, as in 0644 */
    record File(byte[] content, int mode) {
        boolean same(Path path) throws IOException {
            return Files.isRegularFile(path)
                    && Arrays.equals(Files.readAllBytes(path), content)
                    && Files.getPosixFilePermissions(path).equals(permissions(mode));
        }
    }

    /**
     * Makes the directory hold these files and no others.
     *
     * @param files by path relative to the directory
     * @param owner group that may read them, or -1
     * @param version unique among the versions of this directory
     * @return whether anything changed
     */
    static boolean write(Path directory, Map<String, File> files, long group, String version) throws IOException {
        Path data = directory.resolve(DATA);
        if (Files.exists(data) && unchanged(data, files)) {
            return false;
        }
        for (String path : files.keySet()) {
            if (Path.of(path).isAbsolute() || Path.of(path).normalize().startsWith("..")) {
                throw new ConfigFailure("the path " + path + " leads out of its volume");
            }
        }
        Files.createDirectories(directory);
        Path fresh = Files.createDirectory(directory.resolve(".." + version));
        try {
            fill(fresh, files, group);
        } catch (IOException e) {
            deleteTree(fresh);
            throw e;
        }
        Path old = Files.isSymbolicLink(data) ? directory.resolve(Files.readSymbolicLink(data)) : null;
        Path link = directory.resolve("..data_tmp");
        Files.deleteIfExists(link);
        Files.createSymbolicLink(link, fresh.getFileName());
        Files.move(link, data, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        linkNames(directory, files);
        if (old != null) {
            deleteTree(old);
        }
        return true;
    }

    private static void fill(Path fresh, Map<String, File> files, long group) throws IOException {
        Files.setPosixFilePermissions(fresh, permissions(0755));
        for (var entry : files.entrySet()) {
            Path file = fresh.resolve(entry.getKey()).normalize();
            Files.createDirectories(file.getParent());
            Files.write(file, entry.getValue().content());
            Files.setPosixFilePermissions(file, permissions(entry.getValue().mode()));
            if (group >= 0) {
                Files.setAttribute(file, "unix:gid", (int) group);
            }
        }
    }

    private static boolean unchanged(Path data, Map<String, File> files) throws IOException {
        Path root = data.toRealPath();
        try (Stream<Path> all = Files.walk(root)) {
            for (Path path : all.filter(Files::isRegularFile).toList()) {
                if (!files.containsKey(root.relativize(path).toString())) {
                    return false;
                }
            }
        }
        for (var entry : files.entrySet()) {
            if (!entry.getValue().same(root.resolve(entry.getKey()))) {
                return false;
            }
        }
        return true;
    }

    private static void linkNames(Path directory, Map<String, File> files) throws IOException {
        Set<String> names = new HashSet<>();
        for (String path : files.keySet()) {
            names.add(Path.of(path).getName(0).toString());
        }
        for (String name : names) {
            try {
                Files.createSymbolicLink(directory.resolve(name), Path.of(DATA, name));
            } catch (FileAlreadyExistsException e) {
                continue; // links through ..data stay as they are
            }
        }
        try (Stream<Path> visible = Files.list(directory)) {
            for (Path path : visible.toList()) {
                String name = path.getFileName().toString();
                if (!name.startsWith("..") && !names.contains(name) && Files.isSymbolicLink(path)) {
                    Files.delete(path);
                }
            }
        }
    }

    static Set<PosixFilePermission> permissions(int mode) {
        PosixFilePermission[] all = PosixFilePermission.values(); // OWNER_READ first, OTHERS_EXECUTE last
        EnumSet<PosixFilePermission> set = EnumSet.noneOf(PosixFilePermission.class);
        for (int i = 0; i < all.length; i++) {
            if ((mode & 1 << (all.length - 1 - i)) != 0) {
                set.add(all[i]);
            }
        }
        return set;
    }

    /** Deletes a directory with all that is in it, without following links. */
    static void deleteTree(Path root) throws IOException {
        if (!Files.exists(root, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        try (Stream<Path> all = Files.walk(root)) {
            all.sorted(java.util.Comparator.reverseOrder()).forEach(path -> {
                try {
                    Files.deleteIfExists(path);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }
}
