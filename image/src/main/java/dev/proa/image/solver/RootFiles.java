package dev.proa.image.solver;

import dev.proa.image.ImageFailure;
import dev.proa.image.dockerfile.Glob;
import dev.proa.image.layer.FileAttributes;
import dev.proa.image.layer.UnixFile;
import dev.proa.image.store.FileNames;
import dev.proa.image.store.ScopedPath;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** The files of a mounted root, which nobody else changes meanwhile. */
final class RootFiles implements FileSource {
    private static final int MAX_DEPTH = 256;
    private static final int MAX_LINKS = 40;

    private final Path root;
    private final FileAttributes attributes;

    RootFiles(Path root, FileAttributes attributes) {
        this.root = root;
        this.attributes = attributes;
    }

    /**
     * The place of a path; links are followed within the root.
     *
     * @param followLast whether the last component is followed too
     * @throws NoSuchFileException when a directory on the way does not exist
     */
    static Path resolve(Path root, String path, boolean followLast) throws IOException {
        String at = path;
        for (int links = 0; ; links++) {
            List<String> parts = Arrays.stream(at.split("/"))
                    .filter(part -> !part.isEmpty() && !part.equals("."))
                    .toList();
            if (parts.isEmpty()) {
                return root;
            }
            if (parts.getLast().equals("..")) {
                return directory(root, parts);
            }
            Path parent = directory(root, parts.subList(0, parts.size() - 1));
            Path place = parent.resolve(parts.getLast());
            if (!followLast || !Files.isSymbolicLink(place)) {
                return place;
            }
            if (links >= MAX_LINKS) {
                throw new NoSuchFileException("/" + path, null, "too many links");
            }
            String target = Files.readSymbolicLink(place).toString();
            at = target.startsWith("/") ? target : root.relativize(parent) + "/" + target;
        }
    }

    private static Path directory(Path root, List<String> parts) throws IOException {
        return new ScopedPath(root, MAX_DEPTH).directory(parts, missing -> {
            throw new NoSuchFileException("/" + root.relativize(missing));
        });
    }

    @Override
    public List<String> match(String pattern) throws IOException {
        String clean = FileSource.clean(pattern);
        if (!Glob.hasWildcards(clean)) {
            String path = FileSource.unescaped(clean);
            try {
                return Files.exists(resolve(root, path, true), LinkOption.NOFOLLOW_LINKS) ? List.of(path) : List.of();
            } catch (NoSuchFileException e) {
                return List.of();
            }
        }
        List<String> found = List.of("");
        boolean fixed = true; // links are followed up to the first wildcard only
        for (String part : clean.split("/")) {
            Glob glob = Glob.of(part);
            List<String> next = new ArrayList<>();
            for (String directory : found) {
                for (String name : names(directory, fixed)) {
                    if (glob.matches(name)) {
                        next.add(directory.isEmpty() ? name : directory + "/" + name);
                    }
                }
            }
            found = next;
            fixed &= !Glob.hasWildcards(part);
        }
        return found;
    }

    private List<String> names(String directory, boolean follow) throws IOException {
        Path place = resolve(root, directory, follow);
        if (!Files.isDirectory(place, LinkOption.NOFOLLOW_LINKS)) {
            return List.of();
        }
        return children(place).stream()
                .map(child -> child.getFileName().toString())
                .collect(Collectors.toList());
    }

    private static List<Path> children(Path directory) throws IOException {
        List<Path> children = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
            for (Path child : entries) {
                if (!FileNames.isText(child.getFileName())) {
                    throw ImageFailure.invalid("/" + child.getFileName() + " has a name that is " + FileNames.NOT_TEXT
                            + "; it cannot be copied");
                }
                children.add(child);
            }
        }
        children.sort(Comparator.comparing(child -> child.getFileName().toString()));
        return children;
    }

    @Override
    public Item item(String path) throws IOException {
        return item(resolve(root, path, true));
    }

    private Item item(Path place) throws IOException {
        UnixFile unix = UnixFile.of(place);
        Type type = switch (unix.type()) {
            case REGULAR -> Type.FILE;
            case DIRECTORY -> Type.DIRECTORY;
            case LINK -> Type.LINK;
            case CHARACTER_DEVICE, BLOCK_DEVICE, FIFO, SOCKET -> Type.OTHER;
        };
        return new Item(
                root.relativize(place).toString(),
                type,
                unix.permissions(),
                unix.uid(),
                unix.gid(),
                unix.size(),
                unix.modified().to(TimeUnit.NANOSECONDS),
                type == Type.LINK ? Files.readSymbolicLink(place).toString() : "");
    }

    @Override
    public List<Item> below(Item directory) throws IOException {
        List<Item> below = new ArrayList<>();
        below(root.resolve(directory.path()), below);
        return below;
    }

    private void below(Path directory, List<Item> below) throws IOException {
        for (Path child : children(directory)) {
            Item item = item(child);
            below.add(item);
            if (item.type() == Type.DIRECTORY) {
                below(child, below);
            }
        }
    }

    @Override
    public InputStream open(Item file) throws IOException {
        return Files.newInputStream(root.resolve(file.path()), LinkOption.NOFOLLOW_LINKS);
    }

    @Override
    public Map<String, byte[]> attributes(Item item) throws IOException {
        Map<String, byte[]> copied = new TreeMap<>();
        attributes.extended(root.resolve(item.path())).forEach((name, value) -> {
            if (name.equals("security.capability") || name.startsWith("user.")) {
                copied.put(name, value);
            }
        });
        return copied;
    }
}
