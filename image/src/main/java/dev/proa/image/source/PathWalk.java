package dev.proa.image.source;

import dev.proa.image.ImageFailure;
import java.io.IOException;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;

/**
 * Resolves one path of a {@link SourceFolder}, keeping its directories open meanwhile. Links are resolved relative to the directory that
 * they are in, and an absolute one within the folder. For one thread.
 */
final class PathWalk implements AutoCloseable {
    private static final int MAX_LINKS = 40;
    private static final Path HERE = Path.of(".");

    /** An action on the last component of a path, in its directory. */
    interface Action<T> {
        T run(SecureDirectoryStream<Path> directory, Path name) throws IOException;
    }

    private final SourceFolder folder;
    private final SecureDirectoryStream<Path> root;
    private final String path;
    private final List<String> rest = new ArrayList<>();
    private final List<SecureDirectoryStream<Path>> opened = new ArrayList<>();
    private final List<String> names = new ArrayList<>();
    private int links;

    PathWalk(SourceFolder folder, SecureDirectoryStream<Path> root, String path) {
        this.folder = folder;
        this.root = root;
        this.path = path;
        push(path);
    }

    /** Pushes the components of a target, in reverse order. */
    private void push(String target) {
        List<String> parts = new ArrayList<>();
        for (String part : target.split("/")) {
            if (!part.isEmpty() && !part.equals(".")) {
                parts.add(part);
            }
        }
        rest.addAll(parts.reversed());
    }

    /**
     * Runs an action at the path.
     *
     * @throws NoSuchFileException when there is no directory that could have its last component
     */
    <T> T to(boolean followLast, Action<T> action) throws IOException {
        while (!rest.isEmpty()) {
            String part = rest.removeLast();
            if (part.equals("..")) {
                leave();
                continue;
            }
            Path name = Path.of(part);
            BasicFileAttributes attributes = SourceFolder.attributes(current(), name);
            boolean last = rest.isEmpty();
            if (attributes != null && attributes.isSymbolicLink() && (followLast || !last)) {
                follow(part);
            } else if (last) {
                return action.run(current(), name);
            } else if (attributes == null || !attributes.isDirectory()) {
                throw new NoSuchFileException(folder.path().resolve(path).toString());
            } else {
                enter(name);
            }
        }
        return action.run(current(), HERE);
    }

    private SecureDirectoryStream<Path> current() {
        return opened.isEmpty() ? root : opened.getLast();
    }

    private void enter(Path name) throws IOException {
        if (opened.size() >= SourceFolder.MAX_DEPTH) {
            throw folder.refused(path, "has more than " + SourceFolder.MAX_DEPTH + " directories in one another");
        }
        opened.add(current().newDirectoryStream(name, LinkOption.NOFOLLOW_LINKS));
        names.add(name.toString());
    }

    private void leave() throws IOException {
        if (opened.isEmpty()) {
            throw leadsOut();
        }
        opened.removeLast().close();
        names.removeLast();
    }

    private void follow(String link) throws IOException {
        String target = folder.target(names.isEmpty() ? link : String.join("/", names) + "/" + link);
        if (++links > MAX_LINKS) {
            throw folder.refused(path, "is a link to a link without end; remove it");
        }
        Path absolute = Path.of(target);
        if (!absolute.isAbsolute()) {
            push(target);
            return;
        }
        Path real = folder.path().toRealPath();
        if (!absolute.startsWith(real)) {
            throw leadsOut();
        }
        while (!opened.isEmpty()) {
            leave();
        }
        push(real.relativize(absolute).toString());
    }

    private ImageFailure leadsOut() {
        return folder.refused(
                path,
                (links == 0 ? "leads" : "is, or is behind, a link that leads") + " out of " + folder.path()
                        + "; put what is meant into the folder itself");
    }

    @Override
    public void close() throws IOException {
        for (SecureDirectoryStream<Path> directory : opened) {
            directory.close();
        }
    }
}
