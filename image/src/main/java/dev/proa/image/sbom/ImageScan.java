package dev.proa.image.sbom;

import dev.proa.image.Image;
import dev.proa.image.ImageFailure;
import dev.proa.image.store.ImageStore;
import dev.proa.image.tar.TarEntries;
import dev.proa.image.tar.UnpackLimits;
import java.io.IOException;
import java.io.InputStream;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.jspecify.annotations.Nullable;

/**
 * The packages in an image, as a container would see them: what an upper layer removes or replaces does not count. Nothing is
 * unpacked and nothing of the image is run.
 *
 * @param os its distribution
 * @param components each with the files that tell of it
 * @param unread files that tell of packages, and cannot be read: the list is not complete then
 */
public record ImageScan(OsRelease os, Map<Component, Set<String>> components, Set<String> unread) {
    private static final String WHITEOUT = ".wh.";
    private static final String OPAQUE = ".wh..wh..opq";
    private static final Set<String> MERGED = Set.of("bin", "sbin", "lib", "lib64");
    private static final int MAX_OS_RELEASE = 1 << 16;

    public ImageScan {
        components = Collections.unmodifiableMap(new TreeMap<>(components));
        unread = Collections.unmodifiableSet(new TreeSet<>(unread));
    }

    /** What one file tells. */
    private record Finding(
            List<Component> components, @Nullable OsRelease os, boolean readable) {
        static final Finding UNREADABLE = new Finding(List.of(), null, false);
    }

    /** Reads all layers of an image. */
    public static ImageScan of(ImageStore store, Image image, UnpackLimits limits) {
        List<Cataloger> catalogers = Cataloger.all(store.scratch());
        TreeMap<String, Finding> files = new TreeMap<>();
        for (Image.Layer layer : image.layers()) {
            try (InputStream archive = store.read(layer.descriptor().digest());
                    TarEntries entries = new TarEntries(archive, null, limits)) {
                scan(entries, catalogers, files);
            } catch (IOException e) {
                throw ImageFailure.storage(
                        "cannot read layer " + layer.descriptor().digest(), e);
            }
        }
        return result(files);
    }

    private static void scan(TarEntries entries, List<Cataloger> catalogers, TreeMap<String, Finding> files)
            throws IOException {
        Map<String, Finding> added = new LinkedHashMap<>();
        for (TarArchiveEntry entry = entries.next(); entry != null; entry = entries.next()) {
            String path = path(entry.getName());
            String name = path.substring(path.lastIndexOf('/') + 1);
            String folder = path.substring(0, path.length() - name.length());
            if (name.equals(OPAQUE)) {
                removeBelow(files, folder);
            } else if (name.startsWith(WHITEOUT)) {
                remove(files, folder + name.substring(WHITEOUT.length()));
            } else if (!entry.isDirectory() && !path.isEmpty()) {
                remove(files, path);
                added.remove(path);
                Finding finding =
                        entry.isLink() ? linked(entry, added, files) : finding(entries, entry, path, catalogers);
                if (finding != null) {
                    added.put(path, finding);
                }
            }
        }
        files.putAll(added);
    }

    private static @Nullable Finding linked(
            TarArchiveEntry entry, Map<String, Finding> added, Map<String, Finding> files) {
        String target = path(entry.getLinkName());
        Finding finding = added.get(target);
        return finding == null ? files.get(target) : finding;
    }

    private static @Nullable Finding finding(
            TarEntries entries, TarArchiveEntry entry, String path, List<Cataloger> catalogers) throws IOException {
        if (!entry.isFile() || entry.getSize() == 0) {
            return null;
        }
        if (Cataloger.UNREAD.contains(path)) {
            return Finding.UNREADABLE;
        }
        InputStream content = new EntryContent(entries);
        if (path.equals("etc/os-release") || path.equals("usr/lib/os-release")) {
            return new Finding(List.of(), OsRelease.parse(content.readNBytes(MAX_OS_RELEASE)), true);
        }
        boolean executable = (entry.getMode() & 0111) != 0;
        for (Cataloger cataloger : catalogers) {
            if (cataloger.wants(path, executable)) {
                return read(cataloger, path, content);
            }
        }
        return null;
    }

    /** One file that cannot be understood does not keep the others from being listed; it is named in the result. */
    private static @Nullable Finding read(Cataloger cataloger, String path, InputStream content) throws IOException {
        try {
            List<Component> components = cataloger.read(path, content);
            return components.isEmpty() ? null : new Finding(components, null, true);
        } catch (ImageFailure e) {
            if (e.reason() != ImageFailure.Reason.INVALID) {
                throw e;
            }
            return Finding.UNREADABLE;
        }
    }

    private static void remove(TreeMap<String, Finding> files, String path) {
        files.remove(path);
        removeBelow(files, path + "/");
    }

    private static void removeBelow(TreeMap<String, Finding> files, String folder) {
        files.subMap(folder, true, folder + Character.MAX_VALUE, false).clear();
    }

    /** Without slashes at the start; in {@code /usr} what most distributions have there by links. */
    private static String path(String name) {
        String path = name.replaceFirst("^(\\./|/)+", "").replaceFirst("/+$", "");
        int slash = path.indexOf('/');
        return slash > 0 && MERGED.contains(path.substring(0, slash)) ? "usr/" + path : path;
    }

    private static ImageScan result(Map<String, Finding> files) {
        OsRelease os = files.values().stream()
                .map(Finding::os)
                .filter(found -> found != null && !found.id().isEmpty())
                .findFirst()
                .orElse(OsRelease.NONE);
        Map<Component, Set<String>> components = new TreeMap<>();
        Set<String> unread = new TreeSet<>();
        files.forEach((path, finding) -> {
            finding.components.forEach(component -> components
                    .computeIfAbsent(placed(component, os), key -> new TreeSet<>())
                    .add("/" + path));
            if (!finding.readable) {
                unread.add("/" + path);
            }
        });
        return new ImageScan(os, components, unread);
    }

    /** Packages of a distribution are named after it. */
    private static Component placed(Component component, OsRelease os) {
        boolean distribution =
                component.ecosystem().equals("deb") || component.ecosystem().equals("apk");
        if (!distribution || os.id().isEmpty()) {
            return component;
        }
        Map<String, String> qualifiers = new LinkedHashMap<>(component.qualifiers());
        qualifiers.put("distro", os.version().isEmpty() ? os.id() : os.id() + "-" + os.version());
        return new Component(
                component.ecosystem(), os.id(), component.name(), component.version(), component.license(), qualifiers);
    }

    /** The content of the current entry as a stream. */
    private static final class EntryContent extends InputStream {
        private final TarEntries entries;
        private final byte[] buffer = new byte[1 << 16];
        private int at;
        private int end;

        EntryContent(TarEntries entries) {
            this.entries = entries;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            if (length == 0) {
                return 0;
            }
            if (at == end) {
                at = 0;
                end = entries.read(buffer);
                if (end <= 0) {
                    end = 0;
                    return -1;
                }
            }
            int n = Math.min(length, end - at);
            System.arraycopy(buffer, at, bytes, offset, n);
            at += n;
            return n;
        }
    }
}
