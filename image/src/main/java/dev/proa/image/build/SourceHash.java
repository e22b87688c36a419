package dev.proa.image.build;

import dev.proa.image.Digest;
import dev.proa.image.ImageFailure;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;

/** The digest of everything that goes into a build: same digest, same image. For one thread. */
final class SourceHash {
    private final MessageDigest sha256 = Digest.newSha256();

    /** Adds a value under a name, so that values cannot be taken for each other. */
    SourceHash add(String name, String value) {
        byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
        sha256.update((name + " " + bytes.length + "\n").getBytes(StandardCharsets.UTF_8));
        sha256.update(bytes);
        return this;
    }

    /**
     * Adds the names, modes and contents of the files in a directory, in order.
     *
     * @param wanted told paths relative to {@code directory}; a directory that is not wanted is not entered
     */
    SourceHash tree(Path directory, Predicate<Path> wanted) {
        TreeMap<String, Path> files = new TreeMap<>();
        try {
            Files.walkFileTree(directory, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult preVisitDirectory(Path at, BasicFileAttributes attributes) {
                    return at.equals(directory) || wanted.test(directory.relativize(at))
                            ? FileVisitResult.CONTINUE
                            : FileVisitResult.SKIP_SUBTREE;
                }

                @Override
                public FileVisitResult visitFile(Path at, BasicFileAttributes attributes) {
                    Path relative = directory.relativize(at);
                    if (wanted.test(relative)) {
                        files.put(relative.toString(), at);
                    }
                    return FileVisitResult.CONTINUE;
                }
            });
            byte[] buffer = new byte[1 << 16];
            for (Map.Entry<String, Path> file : files.entrySet()) {
                content(file.getKey(), file.getValue(), buffer);
            }
            return this;
        } catch (IOException e) {
            throw ImageFailure.storage("cannot read " + directory, e);
        }
    }

    private void content(String name, Path file, byte[] buffer) throws IOException {
        if (Files.isSymbolicLink(file)) {
            add("link " + name, Files.readSymbolicLink(file).toString());
        }
        if (!Files.isRegularFile(file)) {
            return;
        }
        add("file " + name, Files.isExecutable(file) ? "x" : "-");
        MessageDigest own = Digest.newSha256();
        try (var in = Files.newInputStream(file)) {
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                own.update(buffer, 0, n);
            }
        }
        sha256.update(own.digest());
    }

    Digest finish() {
        return Digest.sha256(sha256.digest());
    }
}
