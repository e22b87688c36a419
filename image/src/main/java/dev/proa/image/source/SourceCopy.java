package dev.proa.image.source;

import dev.proa.image.ImageFailure;
import dev.proa.image.source.SourceFolder.Entry;
import dev.proa.image.source.SourceFolder.Kind;
import dev.proa.image.store.FileTrees;
import dev.proa.image.tar.UnpackLimits;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * A private copy of parts of a {@link SourceFolder}, for work that needs paths: nobody else can change it, and it
 * contains only files, directories and links that do not lead out. Closing deletes it.
 */
public final class SourceCopy implements AutoCloseable {
    private final Path directory;
    private long left = UnpackLimits.DEFAULT.imageBytes();

    private SourceCopy(Path directory) {
        this.directory = directory;
    }

    /**
     * Creates an empty copy.
     *
     * @param place directory for it, created if missing
     */
    public static SourceCopy in(Path place) {
        try {
            Files.createDirectories(place);
            return new SourceCopy(Files.createDirectory(
                    place.resolve("copy-" + UUID.randomUUID()),
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"))));
        } catch (IOException e) {
            throw ImageFailure.storage("cannot write below " + place, e);
        }
    }

    /** How links are copied. */
    public enum Links {
        /** As links with the same target. */
        KEPT,
        /** A link to a file becomes a copy of that file, a link to a directory is left out. */
        FILES
    }

    /**
     * Copies the selected contents of a directory.
     *
     * @param wanted is told paths relative to the folder; a directory that is not wanted is not entered
     * @return the directory's place in the copy, which is empty when the folder has no such directory
     */
    public Path add(SourceFolder folder, String path, Predicate<Path> wanted, Links links) {
        try {
            Path top = Files.createDirectories(place(path));
            for (Entry entry : folder.walk(path, wanted)) {
                Path to = place(entry.path());
                if (!entry.link().isEmpty() && links == Links.KEPT) {
                    Files.createSymbolicLink(to, Path.of(entry.link()));
                } else if (entry.kind() == Kind.FILE) {
                    copy(folder, entry, to);
                } else if (entry.kind() == Kind.DIRECTORY && entry.link().isEmpty()) {
                    Files.createDirectories(to);
                }
            }
            return top;
        } catch (IOException e) {
            throw ImageFailure.storage("cannot copy " + folder.path().resolve(path) + " to " + directory, e);
        }
    }

    /** Copies the jars of a directory; returns their places, in the order of their names. */
    public List<Path> addJars(SourceFolder folder, String path) {
        Path jars = add(folder, path, file -> file.toString().endsWith(".jar"), Links.FILES);
        try (Stream<Path> files = Files.list(jars)) {
            return files.filter(Files::isRegularFile).sorted().toList();
        } catch (IOException e) {
            throw ImageFailure.storage("cannot read " + jars, e);
        }
    }

    /** The place of a path in the copy, once it was added. */
    public Path place(String path) {
        return directory.resolve(path);
    }

    private void copy(SourceFolder folder, Entry entry, Path to) throws IOException {
        byte[] buffer = new byte[1 << 16];
        try (InputStream in = folder.open(entry.path());
                OutputStream out = Files.newOutputStream(to, StandardOpenOption.CREATE_NEW)) {
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                left -= n;
                if (left < 0) {
                    throw ImageFailure.invalid(folder.path() + " has more than "
                            + (UnpackLimits.DEFAULT.imageBytes() >> 30) + " GiB of files; leave some out");
                }
                out.write(buffer, 0, n);
            }
        }
        if (entry.executable()) {
            Files.setPosixFilePermissions(to, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
    }

    @Override
    public void close() {
        try {
            FileTrees.delete(directory);
        } catch (IOException e) {
            throw ImageFailure.storage("cannot delete " + directory, e);
        }
    }
}
