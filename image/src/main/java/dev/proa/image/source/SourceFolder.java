package dev.proa.image.source;

import dev.proa.image.ImageFailure;
import dev.proa.image.store.FileNames;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.UserPrincipal;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Reads an untrusted folder that may change meanwhile, and never leaves it: each directory of a path is opened relative
 * to the one before, without following links, and links are resolved in the same way. A link or a path that leads out,
 * or anything that is neither a file nor a directory, is an {@link ImageFailure} that names it.
 *
 * <p>Paths are relative to the folder; failures show them behind the folder as it was given. Not for several threads at once.
 */
public final class SourceFolder implements AutoCloseable {
    /** A longer file is refused. */
    public static final long MAX_FILE_BYTES = 4L << 30;

    /** A longer document, such as a manifest or a {@code pom.xml}, is refused. */
    public static final int MAX_DOCUMENT_BYTES = 10 << 20;

    static final int MAX_DEPTH = 128;
    private static final int MAX_ENTRIES = 500_000;
    private static final Path HERE = Path.of(".");
    static final Set<OpenOption> READ = Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);

    private final Path folder;
    private final SecureDirectoryStream<Path> root;

    private SourceFolder(Path folder, SecureDirectoryStream<Path> root) {
        this.folder = folder;
        this.root = root;
    }

    /** Opens a folder; links in its own path are followed, since it is what the user named. */
    public static SourceFolder open(Path folder) {
        try {
            return new SourceFolder(folder, secure(Files.newDirectoryStream(folder)));
        } catch (IOException e) {
            throw ImageFailure.storage("cannot read " + folder, e);
        }
    }

    /** The JDK provides secure directory streams wherever {@code openat} exists. */
    private static SecureDirectoryStream<Path> secure(DirectoryStream<Path> stream) throws IOException {
        if (stream instanceof SecureDirectoryStream<Path> secure) {
            return secure;
        }
        stream.close();
        throw new IOException("this system cannot open files relative to a directory");
    }

    /** The folder as it was given. */
    public Path path() {
        return folder;
    }

    /** The type of an entry, after following links. */
    public enum Kind {
        FILE,
        DIRECTORY,
        /** Missing, or a dangling link. */
        NOTHING
    }

    /** The type of the entry at a path. */
    public Kind kind(String path) {
        try (PathWalk walker = walk(path)) {
            return walker.to(true, (directory, name) -> kind(path, attributes(directory, name)));
        } catch (NoSuchFileException e) {
            return Kind.NOTHING;
        } catch (IOException e) {
            throw ImageFailure.storage("cannot read " + folder.resolve(path), e);
        }
    }

    private Kind kind(String path, @Nullable BasicFileAttributes attributes) {
        if (attributes == null) {
            return Kind.NOTHING;
        }
        if (attributes.isRegularFile()) {
            return Kind.FILE;
        }
        if (attributes.isDirectory()) {
            return Kind.DIRECTORY;
        }
        throw refused(path, "is a device, a pipe or a socket; remove it");
    }

    /** Reads a document. */
    public byte[] read(String path) {
        try (InputStream in = open(path, MAX_DOCUMENT_BYTES)) {
            byte[] bytes = in.readNBytes(MAX_DOCUMENT_BYTES + 1);
            if (bytes.length > MAX_DOCUMENT_BYTES) {
                throw tooLong(path, MAX_DOCUMENT_BYTES);
            }
            return bytes;
        } catch (IOException e) {
            throw ImageFailure.storage("cannot read " + folder.resolve(path), e);
        }
    }

    /** Opens a file of at most {@link #MAX_FILE_BYTES}. */
    public InputStream open(String path) {
        return open(path, MAX_FILE_BYTES);
    }

    /** Opens a file of at most {@code most} bytes. */
    public InputStream open(String path, long most) {
        return resolve(path, (directory, name) -> {
            BasicFileAttributes before = attributes(directory, name);
            switch (kind(path, before)) {
                case FILE -> {
                    // As expected.
                }
                case DIRECTORY -> throw refused(path, "is a directory, and a file is needed");
                case NOTHING ->
                    throw new NoSuchFileException(folder.resolve(path).toString());
            }
            SeekableByteChannel channel = directory.newByteChannel(name, READ);
            BasicFileAttributes after = attributes(directory, name);
            boolean same = before != null
                    && after != null
                    && after.isRegularFile()
                    && Objects.equals(before.fileKey(), after.fileKey());
            if (!same || channel.size() > most) {
                channel.close();
                throw same ? tooLong(path, most) : refused(path, "changed while it was opened; try again");
            }
            return Channels.newInputStream(channel);
        });
    }

    /**
     * An entry of a folder.
     *
     * @param path relative to the folder
     * @param kind its type, after following links
     * @param link the target of a link; empty when it is not one
     * @param executable whether its owner may run it
     * @param modified time in milliseconds since the epoch
     */
    public record Entry(String path, Kind kind, String link, boolean executable, long modified) {}

    /**
     * Lists a directory recursively, ordered by path. Links to directories are not entered.
     *
     * @param wanted is told paths relative to the folder; what is not wanted is not looked at, a directory not entered
     */
    public List<Entry> walk(String path, Predicate<Path> wanted) {
        List<Entry> entries = new ArrayList<>();
        if (kind(path) == Kind.DIRECTORY) {
            inside(path, directory -> {
                walk(directory, path, wanted, entries, 0);
                return entries;
            });
            entries.sort(Comparator.comparing(Entry::path));
        }
        return entries;
    }

    private void walk(
            SecureDirectoryStream<Path> directory, String path, Predicate<Path> wanted, List<Entry> entries, int depth)
            throws IOException {
        if (depth > MAX_DEPTH) {
            throw refused(path, "has more than " + MAX_DEPTH + " directories in one another");
        }
        for (Path child : directory) {
            Path name = child.getFileName();
            String at = path.isEmpty() ? name.toString() : path + "/" + name;
            if (!wanted.test(Path.of(at))) {
                continue;
            }
            PosixFileAttributes attributes = attributes(directory, name);
            if (attributes == null) {
                continue; // deleted meanwhile
            }
            if (entries.size() >= MAX_ENTRIES) {
                throw refused(path, "and what is beside it are more than " + MAX_ENTRIES + " files");
            }
            Kind kind = attributes.isSymbolicLink() ? kind(at) : kind(at, attributes);
            String link = attributes.isSymbolicLink() ? target(at) : "";
            entries.add(new Entry(
                    at,
                    kind,
                    link,
                    attributes.permissions().contains(PosixFilePermission.OWNER_EXECUTE),
                    attributes.lastModifiedTime().toMillis()));
            if (attributes.isDirectory()) {
                try (SecureDirectoryStream<Path> next = directory.newDirectoryStream(name, LinkOption.NOFOLLOW_LINKS)) {
                    walk(next, at, wanted, entries, depth + 1);
                }
            }
        }
    }

    /**
     * Lists the folder recursively and ordered by path, without following any link: a link may lead anywhere, and is only
     * told of.
     *
     * @param wanted is told a path and whether it is a directory; a directory that is not wanted is not entered
     */
    public List<FolderNode> nodes(BiPredicate<String, Boolean> wanted) {
        List<FolderNode> nodes = new ArrayList<>();
        try (SecureDirectoryStream<Path> top = root.newDirectoryStream(HERE)) {
            nodes(top, "", wanted, nodes, 0);
        } catch (IOException e) {
            throw ImageFailure.storage("cannot read " + folder, e);
        }
        nodes.sort(Comparator.comparing(FolderNode::path));
        return nodes;
    }

    /** What is at a path that {@link #nodes} told, links not followed; null when nothing is there. */
    public @Nullable FolderNode node(String path) {
        try (PathWalk walker = walk(path)) {
            return walker.to(false, (directory, name) -> node(path, present(directory, name)));
        } catch (NoSuchFileException e) {
            return null;
        } catch (IOException e) {
            throw ImageFailure.storage("cannot read " + folder.resolve(path), e);
        }
    }

    /** Opens files that {@link #nodes} told; to be closed before this folder is. */
    public FolderReader reader() {
        return new FolderReader(this, root);
    }

    private void nodes(
            SecureDirectoryStream<Path> directory,
            String path,
            BiPredicate<String, Boolean> wanted,
            List<FolderNode> nodes,
            int depth)
            throws IOException {
        if (depth > MAX_DEPTH) {
            throw refused(path, "has more than " + MAX_DEPTH + " directories in one another");
        }
        for (Path child : directory) {
            Path name = child.getFileName();
            String at = path.isEmpty() ? name.toString() : path + "/" + name;
            PosixFileAttributes attributes = attributes(directory, name);
            if (attributes == null || !wanted.test(at, attributes.isDirectory())) {
                continue; // deleted meanwhile, or not wanted
            }
            if (!FileNames.isText(name)) {
                throw refused(at, "has a name that is " + FileNames.NOT_TEXT + "; rename it, or leave it out");
            }
            if (nodes.size() >= MAX_ENTRIES) {
                throw refused(path, "and what is beside it are more than " + MAX_ENTRIES + " files");
            }
            nodes.add(node(at, attributes));
            if (attributes.isDirectory()) {
                try (SecureDirectoryStream<Path> next = directory.newDirectoryStream(name, LinkOption.NOFOLLOW_LINKS)) {
                    nodes(next, at, wanted, nodes, depth + 1);
                }
            }
        }
    }

    private FolderNode node(String path, PosixFileAttributes attributes) throws IOException {
        return FolderNode.of(path, attributes, attributes.isSymbolicLink() ? target(path) : "");
    }

    /** Deletes a path recursively; links are deleted, not followed. Does nothing if it does not exist. */
    public void delete(String path) {
        try (PathWalk walker = walk(path)) {
            walker.to(false, (directory, name) -> {
                delete(directory, name, present(directory, name), path, 0);
                return true;
            });
        } catch (NoSuchFileException e) {
            // As wanted.
        } catch (IOException e) {
            throw ImageFailure.storage("cannot delete " + folder.resolve(path), e);
        }
    }

    private void delete(
            SecureDirectoryStream<Path> directory, Path name, BasicFileAttributes attributes, String path, int depth)
            throws IOException {
        if (!attributes.isDirectory()) {
            directory.deleteFile(name);
            return;
        }
        if (depth > MAX_DEPTH) {
            throw refused(path, "has more than " + MAX_DEPTH + " directories in one another; delete it yourself");
        }
        try (SecureDirectoryStream<Path> next = directory.newDirectoryStream(name, LinkOption.NOFOLLOW_LINKS)) {
            for (Path child : next) {
                BasicFileAttributes own = attributes(next, child.getFileName());
                if (own != null) {
                    delete(next, child.getFileName(), own, path, depth + 1);
                }
            }
        }
        directory.deleteDirectory(name);
    }

    /** The owner of a path, without following a link; null when it does not exist. */
    public @Nullable UserPrincipal owner(String path) {
        try (PathWalk walker = walk(path)) {
            return walker.to(
                    false, (directory, name) -> present(directory, name).owner());
        } catch (NoSuchFileException e) {
            return null;
        } catch (IOException e) {
            throw ImageFailure.storage("cannot read " + folder.resolve(path), e);
        }
    }

    private PathWalk walk(String path) {
        return new PathWalk(this, root, path);
    }

    private interface Visit<T> {
        T run(SecureDirectoryStream<Path> directory) throws IOException;
    }

    private <T> T inside(String path, Visit<T> visit) {
        return resolve(path, (directory, name) -> {
            try (SecureDirectoryStream<Path> opened = directory.newDirectoryStream(name, LinkOption.NOFOLLOW_LINKS)) {
                return visit.run(opened);
            }
        });
    }

    private <T> T resolve(String path, PathWalk.Action<T> action) {
        try (PathWalk walker = walk(path)) {
            return walker.to(true, action);
        } catch (IOException e) {
            throw ImageFailure.storage("cannot read " + folder.resolve(path), e);
        }
    }

    private static PosixFileAttributes present(SecureDirectoryStream<Path> directory, Path name) throws IOException {
        PosixFileAttributes attributes = attributes(directory, name);
        if (attributes == null) {
            throw new NoSuchFileException(name.toString());
        }
        return attributes;
    }

    static @Nullable PosixFileAttributes attributes(SecureDirectoryStream<Path> directory, Path name)
            throws IOException {
        try {
            return directory
                    .getFileAttributeView(name, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
                    .readAttributes();
        } catch (NoSuchFileException e) {
            return null;
        }
    }

    /**
     * The target of a link. It is read by path, since the JDK cannot read links relative to a directory; should another
     * link be read instead, its target is resolved inside the folder too.
     */
    String target(String path) throws IOException {
        return Files.readSymbolicLink(folder.resolve(path)).toString();
    }

    ImageFailure refused(String path, String why) {
        return ImageFailure.invalid(folder.resolve(path) + " " + why);
    }

    ImageFailure tooLong(String path, long most) {
        return refused(path, "is longer than " + (most >> 20) + " MiB; make it shorter or leave it out");
    }

    @Override
    public void close() {
        try {
            root.close();
        } catch (IOException e) {
            throw ImageFailure.storage("cannot close " + folder, e);
        }
    }
}
