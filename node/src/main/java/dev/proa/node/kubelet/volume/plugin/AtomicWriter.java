package dev.proa.node.kubelet.volume.plugin;

import dev.proa.node.kubelet.pod.ConfigFailure;
import dev.proa.node.linux.Directory;
import dev.proa.node.linux.FileStatus;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Writes the files of a volume so that they change atomically, like Kubernetes' AtomicWriter: they lie in a timestamped
 * hidden directory, {@code ..data} links to it, and the visible names link through that. Replacing the one link
 * replaces all files, so a reader never sees a mixture.
 *
 * <p>Names that start with two dots are reserved for the kubelet, since Kubernetes allows them neither as keys nor as
 * item paths. Only those names and the links through {@code ..data} are read or deleted; the target of a link never
 * decides what is deleted.
 */
final class AtomicWriter {
    private static final String OWN = "..";
    private static final String DATA = "..data";
    private static final String FRESH_DATA = "..data_tmp";

    private AtomicWriter() {}

    /**
     * @param mode permission bits, as in 0644
     * @param user that owns it, or -1 for that of this process
     */
    record File(byte[] content, int mode, long user) {
        File(byte[] content, int mode) {
            this(content, mode, -1);
        }

        File withMode(int mode) {
            return new File(content, mode, user);
        }

        @Override
        public String toString() {
            return "file of " + content.length + " bytes";
        }
    }

    /**
     * Makes the directory contain exactly these files.
     *
     * @param contents by path relative to the directory
     * @param group that may read them, or -1
     * @param version unique among the versions of this directory
     * @return whether anything changed
     */
    static boolean write(Directory directory, Map<String, File> contents, long group, String version)
            throws IOException {
        Map<String, File> files = new LinkedHashMap<>();
        contents.forEach((path, file) -> files.put(clean(path), file));
        String current = current(directory);
        if (current != null && holds(directory, current, files, group)) {
            return false;
        }
        String fresh = OWN + version;
        try {
            fill(directory, fresh, files, group);
        } catch (IOException e) {
            directory.delete(fresh);
            throw e;
        }
        directory.delete(FRESH_DATA);
        directory.link(fresh, FRESH_DATA);
        if (current == null) {
            directory.delete(DATA); // not a link made here; a directory could not be replaced by one
        }
        directory.rename(FRESH_DATA, DATA);
        linkNames(directory, files);
        for (String name : directory.names()) {
            if (name.startsWith(OWN) && !name.equals(DATA) && !name.equals(fresh)) {
                directory.delete(name);
            }
        }
        return true;
    }

    private static String clean(String path) {
        Path clean = Path.of(path).normalize();
        String text = clean.toString();
        if (clean.isAbsolute() || text.isEmpty() || text.startsWith(OWN)) {
            throw new ConfigFailure("the path " + path + " leads out of its volume");
        }
        return text;
    }

    /** The version that {@code ..data} links to; null when it was not made here. */
    private static @Nullable String current(Directory directory) throws IOException {
        String version = directory.readLink(DATA);
        return version != null && version.startsWith(OWN) && version.length() > OWN.length() && !version.contains("/")
                ? version
                : null;
    }

    private static boolean holds(Directory directory, String version, Map<String, File> files, long group)
            throws IOException {
        FileStatus status = directory.status(version);
        if (status == null || !status.isDirectory()) {
            return false;
        }
        Map<String, FileStatus> found = new HashMap<>();
        try (Directory root = directory.directory(version)) {
            collect(root, "", found);
            if (!found.keySet().equals(files.keySet())) {
                return false;
            }
            for (var entry : files.entrySet()) {
                File wanted = entry.getValue();
                FileStatus there = found.get(entry.getKey());
                if (there == null
                        || there.permissions() != wanted.mode()
                        || wanted.user() >= 0 && there.user() != wanted.user()
                        || group >= 0 && there.group() != group
                        || there.bytes() != wanted.content().length
                        || !Arrays.equals(
                                root.read(entry.getKey(), 0, wanted.content().length + 1), wanted.content())) {
                    return false;
                }
            }
        }
        return true;
    }

    private static void collect(Directory directory, String prefix, Map<String, FileStatus> found) throws IOException {
        for (String name : directory.names()) {
            FileStatus status = directory.status(name);
            if (status != null && status.isDirectory()) {
                try (Directory inner = directory.directory(name)) {
                    collect(inner, prefix + name + "/", found);
                }
            } else if (status != null) {
                found.put(prefix + name, status);
            }
        }
    }

    private static void fill(Directory directory, String fresh, Map<String, File> files, long group)
            throws IOException {
        try (Directory root = directory.makeDirectories(fresh, 0755)) {
            for (var entry : files.entrySet()) {
                int slash = entry.getKey().lastIndexOf('/');
                if (slash > 0) {
                    root.makeDirectories(entry.getKey().substring(0, slash), 0755)
                            .close();
                }
                root.create(
                        entry.getKey(),
                        entry.getValue().content(),
                        entry.getValue().mode(),
                        entry.getValue().user(),
                        group);
            }
        }
    }

    private static void linkNames(Directory directory, Map<String, File> files) throws IOException {
        Set<String> names = new HashSet<>();
        for (String path : files.keySet()) {
            names.add(Path.of(path).getName(0).toString());
        }
        for (String name : names) {
            if (!isLink(directory, name)) {
                directory.delete(name);
                directory.link(DATA + "/" + name, name);
            }
        }
        for (String name : directory.names()) {
            if (!name.startsWith(OWN) && !names.contains(name) && isLink(directory, name)) {
                directory.delete(name);
            }
        }
    }

    /** Whether a visible name is a link made here. */
    private static boolean isLink(Directory directory, String name) throws IOException {
        return (DATA + "/" + name).equals(directory.readLink(name));
    }
}
