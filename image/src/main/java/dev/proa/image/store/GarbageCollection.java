package dev.proa.image.store;

import dev.proa.image.Descriptor;
import dev.proa.image.Digest;
import dev.proa.image.ImageFailure;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** One garbage collection of an {@link ImageStore}. For the holder of the store's lock. */
final class GarbageCollection {
    /** Longer than any download or upload goes without a byte. */
    private static final Duration LEFTOVER_AGE = Duration.ofDays(1);

    private final ImageStore store;
    private final LayoutIndex index;
    private final Instant now;
    private final Instant limit;
    private int count;
    private long bytes;

    /** @param limit what was written or claimed since then is kept */
    GarbageCollection(ImageStore store, LayoutIndex index, Instant now, Instant limit) {
        this.store = store;
        this.index = index;
        this.now = now;
        this.limit = limit;
    }

    ImageStore.Garbage collect(HeldBlobs held) throws IOException {
        deleteOld(store.directory().resolve("ingest"), Set.of(), now.minus(LEFTOVER_AGE));
        Set<String> keep = Stream.concat(reachable().stream(), held.collect().stream())
                .map(Digest::hex)
                .collect(Collectors.toSet());
        try (DirectoryStream<Path> algorithms =
                Files.newDirectoryStream(store.directory().resolve("blobs"))) {
            for (Path algorithm : algorithms) {
                deleteOld(algorithm, keep, limit);
            }
        }
        return new ImageStore.Garbage(count, bytes);
    }

    private Set<Digest> reachable() throws IOException {
        Reachable reachable = new Reachable(store, index.names(), digest -> !isOld(store.path(digest), limit));
        if (!reachable.dangling().isEmpty()) {
            Map<String, Descriptor> names = new LinkedHashMap<>(index.names());
            names.keySet().removeAll(reachable.dangling());
            index.replace(names);
        }
        return reachable.digests();
    }

    private void deleteOld(Path directory, Set<String> keep, Instant limit) throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
            for (Path file : files) {
                if (isOld(file, limit) && !keep.contains(file.getFileName().toString())) {
                    bytes += Files.size(file);
                    count++;
                    Files.deleteIfExists(file);
                }
            }
        }
    }

    private static boolean isOld(Path file, Instant limit) {
        try {
            return Files.getLastModifiedTime(file).toInstant().isBefore(limit);
        } catch (IOException e) {
            throw ImageFailure.storage("cannot tell the age of " + file, e);
        }
    }
}
