package dev.proa.image.solver;

import dev.proa.image.source.FolderNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The digests of a context's files, kept from build to build: a file of the same inode, size and time is not read again.
 * Files that were changed in the last seconds are not remembered, since another change may leave the same time. Thread-safe.
 */
final class ContextDigests {
    private static final long MAX_BYTES = 256L << 20;
    private static final long SETTLED = TimeUnit.SECONDS.toNanos(2);
    private static final int FIELDS = 3;

    private final Path file;
    private final Map<String, String> known = new ConcurrentHashMap<>();
    private final Map<String, String> used = new ConcurrentHashMap<>();
    /** Known during this build only. */
    private final Set<String> unsettled = ConcurrentHashMap.newKeySet();

    private ContextDigests(Path file) {
        this.file = file;
    }

    /** Those that a file has; none when it cannot be read, since they are but a shortcut. */
    static ContextDigests read(Path file) {
        ContextDigests digests = new ContextDigests(file);
        try {
            if (Files.exists(file) && Files.size(file) <= MAX_BYTES) {
                for (String line : Files.readString(file).split("\n")) {
                    String[] fields = line.split(" ", FIELDS);
                    if (fields.length == FIELDS) {
                        digests.known.put(fields[1] + " " + fields[2], fields[0]);
                    }
                }
            }
        } catch (IOException e) {
            digests.known.clear();
        }
        return digests;
    }

    @Nullable
    String find(FolderNode node) {
        String key = key(node);
        String digest = known.get(key);
        if (digest != null && !unsettled.contains(key)) {
            used.put(key, digest);
        }
        return digest;
    }

    void put(FolderNode node, String digest) {
        String key = key(node);
        long now = TimeUnit.MILLISECONDS.toNanos(System.currentTimeMillis());
        if (node.path().indexOf('\n') >= 0 || node.modified() >= now - SETTLED) {
            unsettled.add(key);
        }
        known.put(key, digest);
    }

    private static String key(FolderNode node) {
        return node.identity() + "," + node.size() + "," + node.modified() + " " + node.path();
    }

    /** Writes those that this build has used. */
    void save(StepCache cache) throws IOException {
        StringBuilder lines = new StringBuilder();
        used.forEach(
                (key, digest) -> lines.append(digest).append(' ').append(key).append('\n'));
        if (!used.isEmpty()) {
            cache.write(file, lines.toString().getBytes(StandardCharsets.UTF_8));
        }
    }
}
