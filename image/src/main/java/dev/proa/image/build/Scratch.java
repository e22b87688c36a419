package dev.proa.image.build;

import dev.proa.image.ImageFailure;
import dev.proa.image.source.SourceFolder;
import dev.proa.image.source.SourceFolder.Entry;
import dev.proa.image.source.SourceFolder.Kind;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.UUID;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A new directory for the results of a build. It is closed to the user who builds until it is given to that user, so
 * that files can be put there meanwhile. Closing deletes it.
 */
final class Scratch implements AutoCloseable {
    private final Path parent;
    private final Path directory;

    private final @Nullable BuildUser user;

    private Scratch(Path parent, Path directory, @Nullable BuildUser user) {
        this.parent = parent;
        this.directory = directory;
        this.user = user;
    }

    /**
     * Creates one.
     *
     * @param work directory for it when the current user builds
     * @param user who builds, for whom it is in the directory of temporary files; null for the current one
     */
    static Scratch create(Path work, @Nullable BuildUser user) {
        Path parent = user == null ? work.toAbsolutePath() : Path.of(System.getProperty("java.io.tmpdir", "/tmp"));
        try {
            Files.createDirectories(parent);
            Path made = Files.createDirectory(
                    parent.resolve("proa-build-" + UUID.randomUUID()),
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            return new Scratch(parent, made, user);
        } catch (IOException e) {
            throw ImageFailure.storage("cannot make a directory for a build in " + parent, e);
        }
    }

    Path directory() {
        return directory;
    }

    /** Copies selected files of a folder, before the directory is given to its user. Links to directories are left out. */
    Scratch with(SourceFolder folder, Predicate<Path> wanted) {
        for (Entry entry : folder.walk("", wanted)) {
            Path to = directory.resolve(entry.path());
            try {
                if (entry.kind() == Kind.FILE) {
                    try (InputStream in = folder.open(entry.path())) {
                        Files.copy(in, to);
                    }
                    give(to);
                } else if (entry.kind() == Kind.DIRECTORY && entry.link().isEmpty()) {
                    Files.createDirectory(to);
                    give(to);
                }
            } catch (IOException e) {
                throw ImageFailure.storage("cannot copy " + folder.path().resolve(entry.path()), e);
            }
        }
        return this;
    }

    /** Adds a file, before the directory is given to its user. */
    Scratch with(String name, String content) {
        Path to = directory.resolve(name);
        try {
            Files.writeString(to, content);
            give(to);
        } catch (IOException e) {
            throw ImageFailure.storage("cannot write " + to, e);
        }
        return this;
    }

    /** Gives a file to the user who builds. */
    Scratch give(String name) {
        try {
            give(directory.resolve(name));
        } catch (IOException e) {
            throw ImageFailure.storage("cannot give " + name + " to its user", e);
        }
        return this;
    }

    /** Lets the user in. */
    Scratch give() {
        try {
            give(directory);
        } catch (IOException e) {
            throw ImageFailure.storage("cannot give " + directory + " to its user", e);
        }
        return this;
    }

    private void give(Path path) throws IOException {
        if (user != null) {
            Files.setAttribute(path, "unix:gid", user.gid(), LinkOption.NOFOLLOW_LINKS);
            Files.setAttribute(path, "unix:uid", user.uid(), LinkOption.NOFOLLOW_LINKS);
        }
    }

    @Override
    public void close() {
        // Its user may still be changing it.
        try (SourceFolder folder = SourceFolder.open(parent)) {
            folder.delete(String.valueOf(directory.getFileName()));
        }
    }
}
