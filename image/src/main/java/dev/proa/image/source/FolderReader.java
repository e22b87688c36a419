package dev.proa.image.source;

import dev.proa.image.ImageFailure;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.attribute.PosixFileAttributes;
import java.util.ArrayList;
import java.util.List;

/**
 * Opens files that {@link SourceFolder#nodes} told, as long as they are what they were then. No link is followed, and the
 * directories of the last file stay open, so that reading many files in the order of their paths takes few system calls.
 * Thread-safe; streams that it has opened are for one thread each.
 */
public final class FolderReader implements AutoCloseable {
    private final SourceFolder folder;
    private final SecureDirectoryStream<Path> root;
    private final List<Opened> opened = new ArrayList<>();

    private record Opened(String name, SecureDirectoryStream<Path> directory) {}

    FolderReader(SourceFolder folder, SecureDirectoryStream<Path> root) {
        this.folder = folder;
        this.root = root;
    }

    /**
     * Opens a file.
     *
     * @param most a longer file is refused
     * @throws ImageFailure when something else is in its place by now, or it is too long
     */
    public synchronized InputStream open(FolderNode file, long most) {
        if (file.size() > most) {
            throw folder.tooLong(file.path(), most);
        }
        try {
            // Before it is opened, since opening a pipe would wait for a writer.
            requireSame(file);
            SeekableByteChannel channel = directory(file.path()).newByteChannel(name(file.path()), SourceFolder.READ);
            return Channels.newInputStream(channel);
        } catch (IOException e) {
            throw ImageFailure.storage("cannot read " + folder.path().resolve(file.path()), e);
        }
    }

    /**
     * Call this once a file was read.
     *
     * @throws ImageFailure when it was changed since it was told, or is gone
     */
    public synchronized void requireSame(FolderNode file) {
        try {
            if (!isSame(file)) {
                throw ImageFailure.invalid("/" + file.path() + " changed while it was copied; build again");
            }
        } catch (IOException e) {
            throw ImageFailure.storage("cannot read " + folder.path().resolve(file.path()), e);
        }
    }

    private boolean isSame(FolderNode file) throws IOException {
        try {
            PosixFileAttributes now = SourceFolder.attributes(directory(file.path()), name(file.path()));
            return now != null && file.equals(FolderNode.of(file.path(), now, file.target()));
        } catch (AccessDeniedException e) {
            throw e;
        } catch (FileSystemException e) {
            return false; // there is no such directory any more
        }
    }

    private static Path name(String path) {
        return Path.of(path.substring(path.lastIndexOf('/') + 1));
    }

    /** The directory of a path. */
    private SecureDirectoryStream<Path> directory(String path) throws IOException {
        int depth = 0;
        int start = 0;
        for (int slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', start)) {
            String name = path.substring(start, slash);
            if (depth == opened.size() || !opened.get(depth).name.equals(name)) {
                closeFrom(depth);
                opened.add(new Opened(name, last().newDirectoryStream(Path.of(name), LinkOption.NOFOLLOW_LINKS)));
            }
            depth++;
            start = slash + 1;
        }
        closeFrom(depth);
        return last();
    }

    private SecureDirectoryStream<Path> last() {
        return opened.isEmpty() ? root : opened.getLast().directory;
    }

    private void closeFrom(int depth) throws IOException {
        while (opened.size() > depth) {
            opened.removeLast().directory.close();
        }
    }

    @Override
    public synchronized void close() {
        try {
            closeFrom(0);
        } catch (IOException e) {
            throw ImageFailure.storage("cannot close " + folder.path(), e);
        }
    }
}
