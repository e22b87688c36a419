package dev.proa.image.solver;

import dev.proa.image.Digest;
import dev.proa.image.ImageFailure;
import dev.proa.image.solver.FileSource.Item;
import dev.proa.image.solver.FileSource.Type;
import dev.proa.image.store.FileTrees;
import dev.proa.image.store.ScopedPath;
import dev.proa.image.store.Whiteouts;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Copies files into a mounted root as {@code COPY} does: the contents of directories, files into directories that exist or
 * are named with a slash at the end. Nothing outside of the root is touched, whatever links it has. For one thread.
 */
final class CopyFiles {
    private static final int BUFFER = 1 << 17;
    private static final int MAX_DEPTH = 256;

    /**
     * One source of a {@code COPY}.
     *
     * @param item a file or a directory
     * @param name under which it is copied into a directory, with the folders that {@code --parents} keeps; empty for a directory
     *     whose contents are copied
     * @param below what is copied of a directory
     */
    record Selected(FileSource source, Item item, String name, List<Item> below) {}

    private final Path root;
    private final @Nullable Owner owner;
    private final @Nullable ModeChange mode;
    private final Whiteouts attributes;
    private final byte[] buffer = new byte[BUFFER];
    private final Map<Path, FileTime> directoryTimes = new LinkedHashMap<>();

    /**
     * @param root where files go
     * @param owner of all that is copied; null to keep that of the source, where new directories on the way are root's
     * @param mode changes the modes of all that is copied; null to keep them
     * @param attributes sets extended attributes
     */
    CopyFiles(Path root, @Nullable Owner owner, @Nullable ModeChange mode, Whiteouts attributes) {
        this.root = root;
        this.owner = owner;
        this.mode = mode;
        this.attributes = attributes;
    }

    /**
     * Selects what a pattern matches.
     *
     * @param parents whether folders of the source are kept
     * @param wanted is told the path of each item below a directory, relative to it, or the name of a file
     * @throws ImageFailure when a pattern without wildcards matches nothing
     */
    static List<Selected> select(FileSource source, String pattern, boolean parents, Predicate<String> wanted)
            throws IOException {
        int pivot = parents ? Math.max(pattern.indexOf("/./"), pattern.startsWith("./") ? 0 : -1) : -1;
        String base = pivot < 0 ? "" : FileSource.clean(pattern.substring(0, pivot));
        List<Selected> selected = new ArrayList<>();
        List<String> matches = source.match(pattern);
        if (matches.isEmpty() && !FileSource.isWildcard(pattern)) {
            throw ImageFailure.notFound("\"/" + FileSource.clean(pattern) + "\": not found");
        }
        for (String path : matches) {
            Item item = source.item(path);
            String own = path.substring(path.lastIndexOf('/') + 1);
            String kept = base.isEmpty() || !path.startsWith(base + "/") ? path : path.substring(base.length() + 1);
            if (item.type() == Type.DIRECTORY) {
                int skip = item.path().isEmpty() ? 0 : item.path().length() + 1;
                List<Item> below = source.below(item).stream()
                        .filter(each -> wanted.test(each.path().substring(skip)))
                        .toList();
                selected.add(new Selected(source, item, parents ? kept : "", below));
            } else if (wanted.test(own)) {
                selected.add(new Selected(source, item, parents ? kept : own, List.of()));
            }
        }
        return selected;
    }

    /** Adds all that the result of copying depends on, apart from times, to a key. */
    static void addTo(Key key, List<Selected> selected) throws IOException {
        byte[] buffer = new byte[BUFFER];
        for (Selected each : selected) {
            key.add("name", each.name);
            add(key, each.source, each.item, "", buffer);
            int skip = each.item.path().isEmpty() ? 0 : each.item.path().length() + 1;
            for (Item item : each.below) {
                add(key, each.source, item, item.path().substring(skip), buffer);
            }
        }
    }

    private static void add(Key key, FileSource source, Item item, String path, byte[] buffer) throws IOException {
        key.add(path, item.type() + " " + Integer.toOctalString(item.mode()) + " " + item.uid() + ":" + item.gid());
        source.attributes(item)
                .forEach((name, value) -> key.add(name, HexFormat.of().formatHex(value)));
        switch (item.type()) {
            case FILE -> {
                MessageDigest digest = Digest.newSha256();
                try (InputStream in = source.open(item)) {
                    for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                        digest.update(buffer, 0, n);
                    }
                }
                key.add("content", Digest.sha256(digest.digest()).hex());
            }
            case LINK -> key.add("target", item.target());
            case DIRECTORY, OTHER -> {
                // Nothing more.
            }
        }
    }

    /**
     * Copies.
     *
     * @param destination absolute; with a slash at its end it is a directory
     * @param intoDirectory whether it is one in any case, as for several sources and with {@code --parents}
     */
    void copy(List<Selected> selected, String destination, boolean intoDirectory) throws IOException {
        boolean directory = intoDirectory || destination.endsWith("/") || destination.endsWith("/.");
        String clean = FileSource.clean(destination);
        for (Selected each : selected) {
            if (each.item.type() == Type.DIRECTORY) {
                contents(each, each.name.isEmpty() ? clean : clean + "/" + each.name);
            } else {
                String named = clean.isEmpty() ? each.name : clean + "/" + each.name;
                Path place = place(directory ? named : clean);
                if (!directory && Files.isDirectory(place, LinkOption.NOFOLLOW_LINKS)) {
                    place = place(named);
                }
                item(each.source, each.item, place);
            }
        }
        // Last, since each file changes the time of its directory.
        for (Map.Entry<Path, FileTime> time : directoryTimes.entrySet()) {
            Files.setLastModifiedTime(time.getKey(), time.getValue());
        }
    }

    private void contents(Selected selected, String to) throws IOException {
        String path = selected.item.path();
        Map<String, Path> places = new HashMap<>();
        Path top = existing(to);
        boolean made = top == null;
        Path place = made ? directory(to) : top;
        if (!Files.isDirectory(place, LinkOption.NOFOLLOW_LINKS)) {
            throw ImageFailure.invalid("cannot copy to non-directory: /" + to);
        }
        places.put(path, place);
        for (Item item : selected.below) {
            int slash = item.path().lastIndexOf('/');
            Path parent = places.get(slash < 0 ? "" : item.path().substring(0, slash));
            if (parent == null) {
                // What is above was left out by a pattern.
                int skip = path.isEmpty() ? 0 : path.length() + 1;
                String relative = item.path().substring(skip, Math.max(skip, slash));
                parent = directory(to.isEmpty() ? relative : to + "/" + relative);
                places.put(item.path().substring(0, Math.max(0, slash)), parent);
            }
            Path target = parent.resolve(item.name());
            if (item.type() == Type.DIRECTORY) {
                target = merged(target);
                places.put(item.path(), target);
                attributes(selected.source, item, target);
            } else {
                item(selected.source, item, target);
            }
        }
        if (made && !path.isEmpty()) {
            attributes(selected.source, selected.item, place);
        } else if (made && owner != null) {
            own(place, owner.uid(), owner.gid());
        }
    }

    /** The directory at a place, after following a link to one; it is made when nothing is there. */
    private Path merged(Path place) throws IOException {
        if (Files.isSymbolicLink(place)) {
            Path real = existing(root.relativize(place).toString());
            if (real != null && Files.isDirectory(real, LinkOption.NOFOLLOW_LINKS)) {
                return real;
            }
        }
        if (Files.exists(place, LinkOption.NOFOLLOW_LINKS)) {
            if (!Files.isDirectory(place, LinkOption.NOFOLLOW_LINKS)) {
                throw ImageFailure.invalid("cannot copy to non-directory: /" + root.relativize(place));
            }
            return place;
        }
        return Files.createDirectory(place);
    }

    private @Nullable Path existing(String path) throws IOException {
        try {
            Path place = RootFiles.resolve(root, path, true);
            return Files.exists(place, LinkOption.NOFOLLOW_LINKS) ? place : null;
        } catch (NoSuchFileException e) {
            return null;
        }
    }

    /** A directory of the root; what is missing on the way is made. */
    Path directory(String path) throws IOException {
        List<String> parts = Arrays.stream(path.split("/"))
                .filter(part -> !part.isEmpty() && !part.equals("."))
                .toList();
        return new ScopedPath(root, MAX_DEPTH).directory(parts, this::make);
    }

    private void make(Path missing) throws IOException {
        if (Files.exists(missing, LinkOption.NOFOLLOW_LINKS)) {
            throw ImageFailure.invalid("cannot copy to non-directory: /" + root.relativize(missing));
        }
        Files.createDirectory(missing);
        Files.setAttribute(missing, "unix:mode", 0755);
        if (owner != null) {
            own(missing, owner.uid(), owner.gid());
        }
    }

    /** Where a file of this path goes: directories on the way are made, and links followed. */
    private Path place(String path) throws IOException {
        int slash = path.lastIndexOf('/');
        Path parent = directory(slash < 0 ? "" : path.substring(0, slash));
        Path place = parent.resolve(path.substring(slash + 1));
        Path real = Files.isSymbolicLink(place) ? existing(path) : null;
        return real == null ? place : real;
    }

    private void item(FileSource source, Item item, Path place) throws IOException {
        if (Files.isDirectory(place, LinkOption.NOFOLLOW_LINKS)) {
            throw ImageFailure.invalid("cannot copy to directory: /" + root.relativize(place));
        }
        FileTrees.delete(place);
        switch (item.type()) {
            case FILE -> {
                try (InputStream in = source.open(item);
                        OutputStream out = Files.newOutputStream(place, StandardOpenOption.CREATE_NEW)) {
                    for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                        out.write(buffer, 0, n);
                    }
                }
            }
            case LINK -> Files.createSymbolicLink(place, Path.of(item.target()));
            case DIRECTORY, OTHER ->
                throw ImageFailure.invalid(
                        "/" + item.path()
                                + " is a device, a pipe or a socket, which cannot be copied; remove it, or list it in .dockerignore");
        }
        attributes(source, item, place);
    }

    private void attributes(FileSource source, Item item, Path place) throws IOException {
        own(place, owner == null ? item.uid() : owner.uid(), owner == null ? item.gid() : owner.gid());
        if (item.type() != Type.LINK) {
            boolean directory = item.type() == Type.DIRECTORY;
            Files.setAttribute(place, "unix:mode", mode == null ? item.mode() : mode.apply(item.mode(), directory));
            for (Map.Entry<String, byte[]> attribute : source.attributes(item).entrySet()) {
                attributes.extendedAttribute(place, attribute.getKey(), attribute.getValue());
            }
            FileTime modified = FileTime.from(item.modified(), TimeUnit.NANOSECONDS);
            if (directory) {
                directoryTimes.put(place, modified);
            } else {
                Files.setLastModifiedTime(place, modified);
            }
        }
    }

    private static void own(Path place, int uid, int gid) throws IOException {
        Files.setAttribute(place, "unix:uid", uid, LinkOption.NOFOLLOW_LINKS);
        Files.setAttribute(place, "unix:gid", gid, LinkOption.NOFOLLOW_LINKS);
    }
}
