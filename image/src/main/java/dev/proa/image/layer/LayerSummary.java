package dev.proa.image.layer;

import dev.proa.image.ImageFailure;
import dev.proa.image.tar.TarEntries;
import dev.proa.image.tar.UnpackLimits;
import java.io.IOException;
import java.io.InputStream;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;

/**
 * What a layer holds, for people.
 *
 * @param files regular files, hard and symbolic links
 * @param bytes of the files' contents, uncompressed
 * @param removed files and directories of lower layers that are not seen any more
 * @param top the directories with the most bytes, the largest first
 */
public record LayerSummary(int files, long bytes, int removed, List<Directory> top) {
    private static final int TOP = 3;
    private static final int MAX_DIRECTORIES = 10_000;
    private static final String WHITEOUT = ".wh.";

    public LayerSummary {
        top = List.copyOf(top);
    }

    /**
     * A directory of a layer with all below it.
     *
     * @param path absolute, at most two names deep
     */
    public record Directory(String path, int files, long bytes) {}

    /** Reads a layer, compressed or not; the stream is not closed. */
    public static LayerSummary of(InputStream archive, UnpackLimits limits) {
        int files = 0;
        int removed = 0;
        long bytes = 0;
        Map<String, Directory> directories = new HashMap<>();
        try (TarEntries entries = new TarEntries(archive, null, limits)) {
            for (TarArchiveEntry entry = entries.next(); entry != null; entry = entries.next()) {
                String name = entry.getName();
                if (name.startsWith(WHITEOUT) || name.contains("/" + WHITEOUT)) {
                    removed++;
                } else if (!entry.isDirectory()) {
                    long size = entry.isFile() && !entry.isLink() ? entry.getSize() : 0;
                    files++;
                    bytes += size;
                    add(directories, directory(name), size);
                }
            }
        } catch (IOException e) {
            throw new ImageFailure(
                    ImageFailure.Reason.INVALID, "the archive of a layer is malformed: " + e.getMessage(), e);
        }
        List<Directory> top = directories.values().stream()
                .sorted(Comparator.comparingLong(Directory::bytes).reversed().thenComparing(Directory::path))
                .limit(TOP)
                .toList();
        return new LayerSummary(files, bytes, removed, top);
    }

    private static void add(Map<String, Directory> directories, String path, long size) {
        // Whatever the archive has, the memory for it is bounded.
        String key = directories.size() < MAX_DIRECTORIES || directories.containsKey(path) ? path : "/";
        Directory before = directories.getOrDefault(key, new Directory(key, 0, 0));
        directories.put(key, new Directory(key, before.files + 1, before.bytes + size));
    }

    /** The first two names of a file's directory. */
    private static String directory(String name) {
        String[] parts = name.replaceFirst("^(\\./|/)+", "").split("/", 4);
        return switch (parts.length) {
            case 1 -> "/";
            case 2 -> "/" + parts[0];
            default -> "/" + parts[0] + "/" + parts[1];
        };
    }
}
