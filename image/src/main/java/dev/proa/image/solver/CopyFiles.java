package dev.proa.image.solver;

import dev.proa.image.ImageFailure;
import dev.proa.image.dockerfile.Glob;
import dev.proa.image.dockerfile.IgnoreFile;
import dev.proa.image.layer.UnixFile;
import dev.proa.image.solver.FileSource.Item;
import dev.proa.image.solver.FileSource.Type;
import dev.proa.image.store.ScopedPath;
import dev.proa.image.store.Whiteouts;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Copies files into a mounted root as {@code COPY} of BuildKit does: the contents of directories, files into directories that
 * exist or are named with a slash at the end. Links in the destination are followed; others are replaced by files of their
 * name, and a directory does not replace them. Nothing outside of the root is touched, whatever links it has. For one thread.
 */
final class CopyFiles {
    private static final int BUFFER = 1 << 17;
    private static final int MAX_DEPTH = 256;
    private static final int MAX_LINKS = 40;
    private static final int SET_GROUP = 02000;

    /**
     * One source of a {@code COPY}.
     *
     * @param item a file or a directory
     * @param name under which a file is copied into a directory
     * @param below what is copied of a directory, each directory before what is in it
     */
    record Selected(FileSource source, Item item, String name, List<Item> below) {}

    /**
     * A directory that receives files.
     *
     * @param target in the root
     * @param there whether the root has it
     * @param made whether it was made just now
     * @param written where new entries are written
     */
    private record Place(Path target, boolean there, boolean made, Path written) {
        static Place there(Path target, Staging staging) throws IOException {
            return new Place(target, true, false, staging.place(target));
        }
    }

    private final Path root;
    private final Staging staging;
    private final @Nullable Owner owner;
    private final @Nullable ModeChange mode;
    private final Whiteouts attributes;
    private final byte[] buffer = new byte[BUFFER];
    /** The file whose owner new ones have; null when that is not known, or it is not so in some directories. */
    private @Nullable UnixFile ownerOfNew;

    /**
     * @param root where files go, which is no mount
     * @param owner of all that is copied; null to keep that of the source, where new directories on the way are root's
     * @param mode changes the modes of all that is copied; null to keep them
     * @param attributes sets extended attributes
     */
    CopyFiles(Path root, @Nullable Owner owner, @Nullable ModeChange mode, Whiteouts attributes) {
        this(Staging.none(root), owner, mode, attributes, null);
    }

    private CopyFiles(
            Staging staging,
            @Nullable Owner owner,
            @Nullable ModeChange mode,
            Whiteouts attributes,
            @Nullable UnixFile ownerOfNew) {
        this.root = staging.root();
        this.staging = staging;
        this.owner = owner;
        this.mode = mode;
        this.attributes = attributes;
        this.ownerOfNew = ownerOfNew;
    }

    /** Copies into a mounted root; what is new is in its place only after {@link Staging#moveInto}. */
    static CopyFiles of(Staging staging, @Nullable Owner owner, @Nullable ModeChange mode, Whiteouts attributes)
            throws IOException {
        return new CopyFiles(staging, owner, mode, attributes, staging.ownerOfNew());
    }

    /**
     * Selects what a pattern matches.
     *
     * @param parents whether folders of the source are kept, from {@code /./} on if that is in the pattern
     * @param excluded patterns of paths below a directory that matches, and of names of files
     * @throws ImageFailure when a pattern without wildcards matches nothing
     */
    static List<Selected> select(FileSource source, String pattern, boolean parents, IgnoreFile excluded)
            throws IOException {
        int pivot = pattern.indexOf("/./");
        String from = !parents ? pattern : pivot < 0 ? "/" : pattern.substring(0, pivot);
        List<String> matches = source.match(from);
        if (matches.isEmpty() && !Glob.hasWildcards(from)) {
            throw ImageFailure.notFound("\"/" + FileSource.clean(from) + "\": not found");
        }
        String kept = parents ? FileSource.clean(pivot < 0 ? pattern : pattern.substring(pivot)) : "";
        IgnoreFile included = kept.isEmpty() ? IgnoreFile.NONE : IgnoreFile.of(List.of(kept));
        List<Selected> selected = new ArrayList<>();
        for (String path : matches) {
            Item item = source.item(path);
            String name = path.substring(path.lastIndexOf('/') + 1);
            if (item.type() == Type.DIRECTORY) {
                selected.add(new Selected(source, item, "", below(source, item, included, excluded)));
            } else if (!excluded.root().child(name).excluded()) {
                selected.add(new Selected(source, item, name, List.of()));
            }
        }
        return selected;
    }

    /** What is below a directory, with each directory that has something of it. */
    private static List<Item> below(FileSource source, Item directory, IgnoreFile included, IgnoreFile excluded)
            throws IOException {
        List<Item> all = source.below(directory);
        if (included == IgnoreFile.NONE && excluded == IgnoreFile.NONE) {
            return all;
        }
        int skip = directory.path().isEmpty() ? 0 : directory.path().length() + 1;
        Map<String, IgnoreFile.Entry> ins = new HashMap<>(Map.of("", included.root()));
        Map<String, IgnoreFile.Entry> outs = new HashMap<>(Map.of("", excluded.root()));
        for (Item item : all) {
            String path = item.path().substring(skip);
            child(ins, path);
            child(outs, path);
        }
        List<Item> kept = new ArrayList<>();
        Set<String> needed = new HashSet<>();
        for (Item item : all.reversed()) {
            String path = item.path().substring(skip);
            boolean wanted = (included == IgnoreFile.NONE || excluded(ins, path)) && !excluded(outs, path);
            if (wanted || needed.contains(path)) {
                kept.add(item);
                needed.add(parent(path));
            }
        }
        return kept.reversed();
    }

    private static boolean excluded(Map<String, IgnoreFile.Entry> entries, String path) {
        IgnoreFile.Entry entry = entries.get(path);
        return entry != null && entry.excluded();
    }

    private static void child(Map<String, IgnoreFile.Entry> entries, String path) {
        IgnoreFile.Entry above = entries.get(parent(path));
        if (above != null) {
            entries.put(path, above.child(path.substring(path.lastIndexOf('/') + 1)));
        }
    }

    private static String parent(String path) {
        return path.substring(0, Math.max(0, path.lastIndexOf('/')));
    }

    /** Adds all that the result of copying depends on, apart from times, to a key. */
    static void addTo(Key key, List<Selected> selected) throws IOException {
        for (Selected each : selected) {
            key.add("name", each.name);
            add(key, each.source, each.item, "");
            int skip = each.item.path().isEmpty() ? 0 : each.item.path().length() + 1;
            for (Item item : each.below) {
                add(key, each.source, item, item.path().substring(skip));
            }
        }
    }

    private static void add(Key key, FileSource source, Item item, String path) throws IOException {
        key.add(path, item.type() + " " + Integer.toOctalString(item.mode()) + " " + item.uid() + ":" + item.gid());
        source.attributes(item)
                .forEach((name, value) -> key.add(name, HexFormat.of().formatHex(value)));
        switch (item.type()) {
            case FILE -> key.add("content", source.digest(item));
            case LINK -> key.add("target", item.target());
            case DIRECTORY, OTHER -> {
                // Nothing more.
            }
        }
    }

    /**
     * Copies: a directory's contents into the destination, and a file to it, or into it if it is a directory.
     *
     * @param destination absolute; with a slash at its end it is a directory
     */
    void copy(List<Selected> selected, String destination) throws IOException {
        if (selected.isEmpty()) {
            return;
        }
        boolean directory = destination.endsWith("/") || destination.endsWith("/.");
        Path place = directory ? directory(destination) : place(destination);
        boolean written = false;
        for (Selected each : selected) {
            if (each.item.type() == Type.DIRECTORY) {
                if (written) {
                    throw notDirectory(place);
                }
                contents(each, place);
            } else if (Files.isDirectory(place, LinkOption.NOFOLLOW_LINKS)) {
                item(each.source, each.item, Place.there(place, staging), each.name);
            } else {
                Path parent = place.resolveSibling("");
                String name = String.valueOf(place.getFileName());
                item(each.source, each.item, Place.there(parent, staging), name);
                written = true;
            }
        }
        staging.finish();
    }

    /** A directory that is there keeps its owner and mode, and a new one has those of all new ones; only its time is the source's. */
    private void contents(Selected selected, Path top) throws IOException {
        if (!Files.isDirectory(top, LinkOption.NOFOLLOW_LINKS)) {
            make(top);
        }
        Map<String, Place> places = new HashMap<>();
        String path = selected.item.path();
        places.put(path, Place.there(top, staging));
        for (Item item : selected.below) {
            Place parent = places.get(parent(item.path()));
            if (parent == null) {
                throw new IllegalStateException(item.path() + " was listed without its directory");
            }
            if (item.type() == Type.DIRECTORY) {
                Place directory = directory(parent, item.name());
                places.put(item.path(), directory);
                attributes(
                        selected.source, item, directory.there ? directory.target : directory.written, directory.made);
            } else {
                item(selected.source, item, parent, item.name());
            }
        }
        if (!path.isEmpty()) {
            staging.timeAtEnd(top, FileTime.from(selected.item.modified(), TimeUnit.NANOSECONDS));
        }
    }

    /** A directory in another one, which is made unless it is there. */
    private Place directory(Place parent, String name) throws IOException {
        Path target = parent.target.resolve(name);
        if (parent.there && Files.isDirectory(target, LinkOption.NOFOLLOW_LINKS)) {
            return Place.there(target, staging);
        }
        Path written = parent.written.resolve(name);
        boolean made = !Files.isDirectory(written, LinkOption.NOFOLLOW_LINKS);
        if (made) {
            boolean other = Files.exists(written, LinkOption.NOFOLLOW_LINKS)
                    || parent.there && Files.exists(target, LinkOption.NOFOLLOW_LINKS);
            if (other) {
                throw notDirectory(target);
            }
            Files.createDirectory(written);
        }
        return new Place(target, false, made, written);
    }

    private ImageFailure notDirectory(Path place) {
        return ImageFailure.invalid("cannot copy to non-directory: /" + root.relativize(place));
    }

    /** A directory of the root; what is missing on the way is made. */
    Path directory(String path) throws IOException {
        return new ScopedPath(root, MAX_DEPTH).directory(parts(path), this::make);
    }

    private static List<String> parts(String path) {
        return Arrays.stream(path.split("/"))
                .filter(part -> !part.isEmpty() && !part.equals("."))
                .toList();
    }

    private void make(Path missing) throws IOException {
        if (Files.exists(missing, LinkOption.NOFOLLOW_LINKS)) {
            throw notDirectory(missing);
        }
        Files.createDirectory(missing);
        Files.setAttribute(missing, "unix:mode", mode == null ? 0755 : mode.ofNewDirectory());
        if (owner != null) {
            own(missing, owner.uid(), owner.gid());
        }
    }

    /** Where a path leads: directories on the way are made, and links followed, even one to nothing. */
    private Path place(String path) throws IOException {
        String at = path;
        for (int links = 0; links <= MAX_LINKS; links++) {
            List<String> parts = parts(at);
            if (parts.isEmpty() || parts.getLast().equals("..")) {
                return directory(at);
            }
            Path parent = directory(String.join("/", parts.subList(0, parts.size() - 1)));
            Path place = parent.resolve(parts.getLast());
            if (!Files.isSymbolicLink(place)) {
                return place;
            }
            String target = Files.readSymbolicLink(place).toString();
            at = target.startsWith("/") ? target : root.relativize(parent) + "/" + target;
        }
        throw ImageFailure.invalid("too many links at " + path);
    }

    private void item(FileSource source, Item item, Place directory, String name) throws IOException {
        Path target = directory.target.resolve(name);
        Path written = directory.written.resolve(name);
        if (directory.there && Files.isDirectory(target, LinkOption.NOFOLLOW_LINKS) || !write(source, item, written)) {
            throw ImageFailure.invalid("cannot copy to directory: /" + root.relativize(target));
        }
        attributes(source, item, written, true);
    }

    /** Writes a file or a link, in place of another. Returns false when there is a directory. */
    private boolean write(FileSource source, Item item, Path place) throws IOException {
        try {
            switch (item.type()) {
                case FILE -> file(source, item, place);
                case LINK -> Files.createSymbolicLink(place, Path.of(item.target()));
                case DIRECTORY, OTHER ->
                    throw ImageFailure.invalid(
                            "/" + item.path()
                                    + " is a device, a pipe or a socket, which cannot be copied; remove it, or list it in .dockerignore");
            }
            return true;
        } catch (FileAlreadyExistsException e) {
            if (Files.isDirectory(place, LinkOption.NOFOLLOW_LINKS)) {
                return false;
            }
            Files.delete(place);
            return write(source, item, place);
        }
    }

    private void file(FileSource source, Item item, Path place) throws IOException {
        try (OutputStream out = Files.newOutputStream(place, StandardOpenOption.CREATE_NEW);
                InputStream in = source.open(item)) {
            if (item.size() > BUFFER) {
                in.transferTo(out); // within the kernel, where both are files
            } else {
                int length = in.readNBytes(buffer, 0, BUFFER);
                out.write(buffer, 0, length);
                if (length == BUFFER) {
                    in.transferTo(out);
                }
            }
        }
        source.requireSame(item);
    }

    /** @param fresh whether it was made just now */
    private void attributes(FileSource source, Item item, Path place, boolean fresh) throws IOException {
        int uid = owner == null ? item.uid() : owner.uid();
        int gid = owner == null ? item.gid() : owner.gid();
        UnixFile known = fresh ? ownerOfNew : null;
        if (known == null || known.uid() != uid || known.gid() != gid) {
            own(place, uid, gid);
        }
        if (item.type() == Type.LINK) {
            return;
        }
        boolean directory = item.type() == Type.DIRECTORY;
        int wanted = mode == null ? item.mode() : mode.apply(item.mode(), directory);
        Files.setAttribute(place, "unix:mode", wanted);
        for (Map.Entry<String, byte[]> attribute : source.attributes(item).entrySet()) {
            attributes.extendedAttribute(place, attribute.getKey(), attribute.getValue());
        }
        FileTime modified = FileTime.from(item.modified(), TimeUnit.NANOSECONDS);
        if (!directory) {
            Staging.setTime(place, modified);
            return;
        }
        staging.timeAtEnd(place, modified);
        if ((wanted & SET_GROUP) != 0) {
            ownerOfNew = null; // what is made in it has its group
        }
    }

    private static void own(Path place, int uid, int gid) throws IOException {
        Files.setAttribute(place, "unix:uid", uid, LinkOption.NOFOLLOW_LINKS);
        Files.setAttribute(place, "unix:gid", gid, LinkOption.NOFOLLOW_LINKS);
    }
}
