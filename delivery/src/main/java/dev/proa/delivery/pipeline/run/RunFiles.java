package dev.proa.delivery.pipeline.run;

import dev.proa.image.store.FileTrees;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * What runs leave on the cluster's disk. Thread-safe.
 *
 * <pre>
 *   runs/UID/JOB.log            what a job printed, a line each: time, number of the step, text ({@link JobLog})
 *   runs/UID/artifacts/HASH     an artifact as tar; HASH.name has its name
 *   caches/NAMESPACE/REPOSITORY/HASH   a cache as tar; HASH.name has its key; used last when modified last
 * </pre>
 *
 * @param folder of all of that
 * @param mostBytes of one artifact or cache, and of all caches of a repository
 */
record RunFiles(Path folder, long mostBytes) {
    /** 2 GiB. */
    static final long USUAL_BYTES = 2L << 30;

    /** The log of a job. */
    Path log(String run, String job) throws IOException {
        return Files.createDirectories(run(run)).resolve(CacheKeys.hash(job).substring(0, 16) + ".log");
    }

    private Path run(String uid) {
        if (!uid.matches("[-0-9A-Za-z]{1,64}")) {
            throw new IllegalArgumentException("not a uid: " + uid);
        }
        return folder.resolve("runs").resolve(uid);
    }

    /** Writes an archive. */
    interface Writer {
        void write(OutputStream out) throws IOException, InterruptedException;
    }

    /** Keeps an artifact of a run; one of the same name is replaced. */
    long keepArtifact(String run, String name, Writer content) throws IOException, InterruptedException {
        return keep(run(run).resolve("artifacts"), name, content);
    }

    /** The artifacts of a run by name. */
    List<Named> artifacts(String run) throws IOException {
        return named(run(run).resolve("artifacts"));
    }

    /** An archive and the name it was given. */
    record Named(String name, Path file) {}

    private Path caches(String namespace, String repository) {
        return folder.resolve("caches").resolve(namespace).resolve(repository);
    }

    /** Finds a cache: that of the key, else the one used last whose key begins with one of the prefixes, the earlier prefix first. */
    Optional<Named> cache(String namespace, String repository, String key, List<String> prefixes) throws IOException {
        List<Named> all = named(caches(namespace, repository));
        Optional<Named> found =
                all.stream().filter(one -> one.name().equals(key)).findFirst();
        for (String prefix : prefixes) {
            found = found.or(() -> all.stream()
                    .filter(one -> one.name().startsWith(prefix))
                    .max(Comparator.comparing(one -> one.file().toFile().lastModified())));
        }
        return found;
    }

    /** Notes that a cache was used, so that others are dropped before it. */
    static void used(Named cache, Instant now) throws IOException {
        Files.setLastModifiedTime(cache.file(), FileTime.from(now));
    }

    /** Keeps a cache unless there is one of that key, and drops those used least recently when there are too many. */
    void keepCache(String namespace, String repository, String key, Writer content)
            throws IOException, InterruptedException {
        Path in = caches(namespace, repository);
        if (Files.exists(in.resolve(CacheKeys.hash(key)))) {
            return;
        }
        keep(in, key, content);
        List<Named> all = new ArrayList<>(named(in));
        all.sort(Comparator.comparing(one -> one.file().toFile().lastModified()));
        long bytes = 0;
        for (Named one : all.reversed()) {
            bytes += Files.size(one.file());
            if (bytes > mostBytes) {
                Files.deleteIfExists(one.file());
                Files.deleteIfExists(Path.of(one.file() + ".name"));
            }
        }
    }

    private long keep(Path in, String name, Writer content) throws IOException, InterruptedException {
        Files.createDirectories(in);
        Path file = in.resolve(CacheKeys.hash(name));
        Path part = Files.createTempFile(in, "part", ".tmp");
        try {
            try (OutputStream out = new BoundedOutput(Files.newOutputStream(part), mostBytes)) {
                content.write(out);
            }
            Files.writeString(Path.of(file + ".name"), name, StandardCharsets.UTF_8);
            Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            return Files.size(file);
        } finally {
            Files.deleteIfExists(part);
        }
    }

    private static List<Named> named(Path in) throws IOException {
        if (!Files.isDirectory(in)) {
            return List.of();
        }
        List<Named> all = new ArrayList<>();
        try (Stream<Path> files = Files.list(in)) {
            for (Path file : (Iterable<Path>) files.filter(one -> one.toString().endsWith(".name"))::iterator) {
                Path content =
                        Path.of(file.toString().substring(0, file.toString().length() - ".name".length()));
                if (Files.exists(content)) {
                    all.add(new Named(Files.readString(file), content));
                }
            }
        }
        all.sort(Comparator.comparing(Named::name));
        return List.copyOf(all);
    }

    /** Deletes what is left of runs that are gone. */
    void retain(Supplier<Set<String>> existing) throws IOException {
        Path runs = Files.createDirectories(folder.resolve("runs"));
        List<Path> all;
        try (Stream<Path> files = Files.list(runs)) {
            all = files.toList();
        }
        Set<String> uids = existing.get();
        for (Path one : all) {
            if (!uids.contains(String.valueOf(one.getFileName()))) {
                FileTrees.delete(one);
            }
        }
    }

    /** Opens an archive that is kept. */
    static InputStream open(Named archive) throws IOException {
        return Files.newInputStream(archive.file());
    }
}
