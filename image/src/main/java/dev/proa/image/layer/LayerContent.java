package dev.proa.image.layer;

import dev.proa.image.Image;
import dev.proa.image.ImageFailure;
import dev.proa.image.store.ImageStore;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/**
 * The files of one layer. What is written depends on paths, contents, modes and link targets only: entries are sorted, belong
 * to root, and have the time 1970-01-01T00:00:01Z. For one thread.
 */
public final class LayerContent {
    private static final long MODIFIED_MILLIS = 1000;
    private static final int BUFFER = 1 << 16;

    private final TreeMap<String, Entry> entries = new TreeMap<>();

    private sealed interface Entry {
        record Directory(int mode) implements Entry {}

        record HostFile(Path source, int mode) implements Entry {}

        record Bytes(byte[] content, int mode) implements Entry {}

        record Link(String target) implements Entry {}
    }

    /** Whether nothing was added. */
    public boolean isEmpty() {
        return entries.isEmpty();
    }

    /** Whether there is an entry at this absolute path. */
    public boolean contains(String path) {
        return entries.containsKey(key(path));
    }

    /** Adds a directory, or gives one that is there another mode. */
    public LayerContent directory(String path, int mode) {
        return put(path, new Entry.Directory(mode));
    }

    /** Adds a file with the given content. */
    public LayerContent file(String path, byte[] content, int mode) {
        return put(path, new Entry.Bytes(content.clone(), mode));
    }

    /** Adds a file of this machine; it is read when the layer is written. */
    public LayerContent file(String path, Path source, int mode) {
        return put(path, new Entry.HostFile(source, mode));
    }

    /** Adds a file of this machine, executable if it is. */
    public LayerContent file(String path, Path source) {
        return file(path, source, Files.isExecutable(source) ? 0755 : 0644);
    }

    /** Adds a symbolic link. */
    public LayerContent link(String path, String target) {
        return put(path, new Entry.Link(target));
    }

    /** Adds all that is in a directory. */
    public LayerContent tree(String path, Path directory) {
        return tree(path, directory, relative -> true);
    }

    /**
     * Adds the selected contents of a directory: files keep their executable bit, links stay links.
     *
     * @param wanted told the path relative to {@code directory}; a directory that is not wanted is not entered
     */
    public LayerContent tree(String path, Path directory, Predicate<Path> wanted) {
        try {
            Files.walkFileTree(directory, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult preVisitDirectory(Path at, BasicFileAttributes attributes) {
                    Path relative = directory.relativize(at);
                    if (!at.equals(directory) && !wanted.test(relative)) {
                        return FileVisitResult.SKIP_SUBTREE;
                    }
                    directory(path + "/" + relative, 0755);
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult visitFile(Path at, BasicFileAttributes attributes) throws IOException {
                    Path relative = directory.relativize(at);
                    if (!wanted.test(relative)) {
                        return FileVisitResult.CONTINUE;
                    }
                    if (attributes.isSymbolicLink()) {
                        link(path + "/" + relative, Files.readSymbolicLink(at).toString());
                    } else if (attributes.isRegularFile()) {
                        file(path + "/" + relative, at);
                    }
                    return FileVisitResult.CONTINUE;
                }
            });
            return this;
        } catch (IOException e) {
            throw ImageFailure.storage("cannot read " + directory, e);
        }
    }

    /** Writes the layer into a store. */
    public Image.Layer writeTo(ImageStore store, Compression compression) {
        try {
            return LayerWriter.write(store, compression, this::archive);
        } catch (IOException e) {
            throw ImageFailure.storage("cannot write a layer below " + store.directory(), e);
        }
    }

    private void archive(OutputStream out) throws IOException {
        BufferedOutputStream buffered = new BufferedOutputStream(out, BUFFER);
        TarArchiveOutputStream tar = new TarArchiveOutputStream(buffered, "UTF-8");
        tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
        tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
        tar.setAddPaxHeadersForNonAsciiNames(true);
        byte[] buffer = new byte[BUFFER];
        for (Map.Entry<String, Entry> entry : entries.entrySet()) {
            write(tar, entry.getKey(), entry.getValue(), buffer);
        }
        tar.finish();
        buffered.flush();
    }

    private static void write(TarArchiveOutputStream tar, String name, Entry entry, byte[] buffer) throws IOException {
        switch (entry) {
            case Entry.Directory(int mode) -> tar.putArchiveEntry(header(name + "/", TarArchiveEntry.LF_DIR, mode, 0));
            case Entry.Link(String target) -> {
                TarArchiveEntry header = header(name, TarArchiveEntry.LF_SYMLINK, 0777, 0);
                header.setLinkName(target);
                tar.putArchiveEntry(header);
            }
            case Entry.Bytes(byte[] content, int mode) -> {
                tar.putArchiveEntry(header(name, TarArchiveEntry.LF_NORMAL, mode, content.length));
                tar.write(content);
            }
            case Entry.HostFile(Path source, int mode) -> {
                tar.putArchiveEntry(header(name, TarArchiveEntry.LF_NORMAL, mode, Files.size(source)));
                try (var in = Files.newInputStream(source)) {
                    for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                        tar.write(buffer, 0, n);
                    }
                }
            }
        }
        tar.closeArchiveEntry();
    }

    private static TarArchiveEntry header(String name, byte type, int mode, long size) {
        TarArchiveEntry header = new TarArchiveEntry(name, type);
        header.setMode(mode);
        header.setSize(size);
        header.setModTime(MODIFIED_MILLIS);
        header.setIds(0, 0);
        header.setNames("", "");
        return header;
    }

    private LayerContent put(String path, Entry entry) {
        String key = key(path);
        if (key.isEmpty()) {
            return this;
        }
        for (int slash = key.lastIndexOf('/'); slash > 0; slash = key.lastIndexOf('/', slash - 1)) {
            if (entries.putIfAbsent(key.substring(0, slash), new Entry.Directory(0755)) != null) {
                break;
            }
        }
        entries.put(key, entry);
        return this;
    }

    /** The path as archives have it: without a slash at either end, and without empty parts. */
    private static String key(String path) {
        StringBuilder key = new StringBuilder(path.length());
        for (String part : path.split("/")) {
            if (part.equals("..")) {
                throw ImageFailure.invalid("\"" + path + "\" is no path in an image");
            }
            if (!part.isEmpty() && !part.equals(".")) {
                key.append(key.isEmpty() ? "" : "/").append(part);
            }
        }
        return key.toString();
    }
}
