package dev.proa.image.build;

import dev.proa.image.Digest;
import dev.proa.image.ImageFailure;
import dev.proa.image.source.SourceFolder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.function.Predicate;

/** Computes the digest of all inputs of a build: same digest, same image. For one thread. */
final class SourceHash {
    private final MessageDigest sha256 = Digest.newSha256();

    /** Adds a named value, so that different values cannot be confused. */
    SourceHash add(String name, String value) {
        byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
        sha256.update((name + " " + bytes.length + "\n").getBytes(StandardCharsets.UTF_8));
        sha256.update(bytes);
        return this;
    }

    /**
     * Adds the names, modes and contents of the files in a directory, in order.
     *
     * @param wanted told paths relative to {@code folder}; a directory that is not wanted is not entered
     */
    SourceHash tree(SourceFolder folder, String path, Predicate<Path> wanted) {
        byte[] buffer = new byte[1 << 16];
        for (SourceFolder.Entry entry : folder.walk(path, wanted)) {
            if (!entry.link().isEmpty()) {
                add("link " + entry.path(), entry.link());
            }
            if (entry.kind() == SourceFolder.Kind.FILE) {
                add("file " + entry.path(), entry.executable() ? "x" : "-");
                content(folder, entry, buffer);
            }
        }
        return this;
    }

    private void content(SourceFolder folder, SourceFolder.Entry entry, byte[] buffer) {
        MessageDigest own = Digest.newSha256();
        try (var in = folder.open(entry.path())) {
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                own.update(buffer, 0, n);
            }
        } catch (IOException e) {
            throw ImageFailure.storage("cannot read " + folder.path().resolve(entry.path()), e);
        }
        sha256.update(own.digest());
    }

    Digest finish() {
        return Digest.sha256(sha256.digest());
    }
}
