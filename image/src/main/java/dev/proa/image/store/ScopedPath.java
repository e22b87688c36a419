package dev.proa.image.store;

import dev.proa.image.ImageFailure;
import dev.proa.image.tar.TarEntries;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotLinkException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Resolves names inside a directory as if it were the root: links are followed, but never out of it. Nobody else may
 * change the directory meanwhile.
 */
public final class ScopedPath {
    private static final int MAX_LINKS = 40;
    private static final int MAX_NAME_BYTES = 255;
    /** Limits the steps of a resolution, since links to links with many components take long. */
    private static final int MAX_STEPS = 2048;

    private final Path root;
    private final int depth;

    /**
     * @param root of all paths
     * @param depth how many directories may be in one another below it
     */
    public ScopedPath(Path root, int depth) {
        this.root = root;
        this.depth = depth;
    }

    /** The components of an archive member's name; {@code ..} is refused, the root gives an empty list. */
    public static List<String> components(String name) {
        List<String> parts = new ArrayList<>();
        for (String part : name.split("/")) {
            if (part.equals("..") || part.indexOf('\0') >= 0) {
                throw ImageFailure.invalid(
                        "layer is malformed: it has an entry named \"" + TarEntries.shown(name) + "\"");
            }
            if (part.length() > MAX_NAME_BYTES || part.getBytes(StandardCharsets.UTF_8).length > MAX_NAME_BYTES) {
                throw ImageFailure.invalid("layer is malformed: a name in it has more than " + MAX_NAME_BYTES
                        + " bytes: \"" + TarEntries.shown(part) + "\"");
            }
            if (!part.isEmpty() && !part.equals(".")) {
                parts.add(part);
            }
        }
        return parts;
    }

    /** Makes missing directories on the way; links on the way are followed within {@code root}. */
    public Path directory(List<String> parts, DirectoryMaker maker) throws IOException {
        Deque<String> rest = new ArrayDeque<>(parts);
        Path current = root;
        int links = 0;
        int steps = 0;
        while (!rest.isEmpty()) {
            String part = rest.pop();
            if (++steps > MAX_STEPS || current.getNameCount() - root.getNameCount() > depth) {
                throw ImageFailure.invalid("layer is malformed: more than " + depth + " directories in one another");
            }
            if (part.equals("..")) {
                current = current.equals(root) ? root : parent(current);
                continue;
            }
            Path next = current.resolve(part);
            String target = linkTarget(next);
            if (target == null) {
                if (!Files.isDirectory(next, LinkOption.NOFOLLOW_LINKS)) {
                    maker.make(next);
                }
                current = next;
                continue;
            }
            if (++links > MAX_LINKS) {
                throw ImageFailure.invalid("layer is malformed: too many symbolic links on the way to \""
                        + TarEntries.shown(String.join("/", parts)) + "\"");
            }
            current = push(rest, target) ? root : current;
        }
        return current;
    }

    /** Creates a directory that an archive did not list; a file in its place is replaced. */
    public interface DirectoryMaker {
        void make(Path directory) throws IOException;
    }

    private static Path parent(Path path) {
        Path parent = path.getParent();
        if (parent == null) {
            throw new IllegalStateException(path + " has no parent");
        }
        return parent;
    }

    /** Puts a link's target in front of what is left to resolve. Returns whether it starts at the root. */
    private static boolean push(Deque<String> rest, String target) {
        String[] parts = target.split("/");
        for (int i = parts.length - 1; i >= 0; i--) {
            if (!parts[i].isEmpty() && !parts[i].equals(".")) {
                rest.push(parts[i]);
            }
        }
        return target.startsWith("/");
    }

    private static @Nullable String linkTarget(Path path) throws IOException {
        if (!Files.isSymbolicLink(path)) {
            return null;
        }
        try {
            return Files.readSymbolicLink(path).toString();
        } catch (NoSuchFileException | NotLinkException e) {
            return null;
        }
    }
}
