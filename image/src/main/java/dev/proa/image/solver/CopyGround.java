package dev.proa.image.solver;

import dev.proa.image.layer.FileAttributes;
import dev.proa.image.layer.UnixFile;
import dev.proa.image.solver.CopyFiles.Selected;
import dev.proa.image.solver.FileSource.Item;
import dev.proa.image.solver.FileSource.Type;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a copy depends on in the root that it goes into: where the destination is, the directories that lead there, and which
 * directories of the source are there already. Two copies of the same files with this in common give the same layer, whatever else
 * their roots have.
 */
final class CopyGround {
    private final Path root;
    private final FileAttributes attributes;
    private final Key key = new Key("ground");

    private CopyGround(Path root, FileAttributes attributes) {
        this.root = root;
        this.attributes = attributes;
    }

    /**
     * Looks at a root before files are copied into it.
     *
     * @param destination absolute
     * @return null when links make it hard to tell
     */
    static @Nullable String of(Path root, FileAttributes attributes, List<Selected> selected, String destination)
            throws IOException {
        return new CopyGround(root, attributes).digest(selected, destination);
    }

    private @Nullable String digest(List<Selected> selected, String destination) throws IOException {
        Path at = root;
        boolean whole = true;
        for (String part : FileSource.clean(destination).split("/")) {
            Path next = at.resolve(part);
            if (!Files.exists(next, LinkOption.NOFOLLOW_LINKS)) {
                whole = false;
                break;
            }
            Path real = resolve(next);
            if (real == null) {
                return null;
            }
            at = real;
        }
        for (Path above = at; !above.equals(root); above = above.resolveSibling("")) {
            add(above);
        }
        if (whole) {
            boolean directory = Files.isDirectory(at, LinkOption.NOFOLLOW_LINKS);
            for (Selected each : selected) {
                if (directory && each.item().type() == Type.DIRECTORY) {
                    contents(each, at);
                } else if (directory) {
                    existing(at.resolve(each.name()));
                }
            }
        }
        return key.add("whole", Boolean.toString(whole)).finish().hex();
    }

    /** Follows a link; null when it leads to nothing. */
    private @Nullable Path resolve(Path place) throws IOException {
        try {
            Path real = RootFiles.resolve(root, root.relativize(place).toString(), true);
            return Files.exists(real, LinkOption.NOFOLLOW_LINKS) ? real : null;
        } catch (NoSuchFileException e) {
            return null;
        }
    }

    private void contents(Selected selected, Path top) throws IOException {
        Map<String, Path> there = new HashMap<>();
        there.put(selected.item().path(), top);
        for (Item item : selected.below()) {
            String path = item.path();
            Path parent = there.get(path.substring(0, Math.max(0, path.lastIndexOf('/'))));
            if (parent == null) {
                continue; // in a directory that is not there
            }
            Path place = parent.resolve(item.name());
            boolean directory = existing(place);
            if (item.type() == Type.DIRECTORY && directory) {
                there.put(path, place);
            } else if (item.type() == Type.DIRECTORY && Files.exists(place, LinkOption.NOFOLLOW_LINKS)) {
                key.add("in the way", path);
            }
        }
    }

    /** Adds a directory. Files do not matter, since they are replaced. Returns whether it is one. */
    private boolean existing(Path place) throws IOException {
        boolean directory = Files.isDirectory(place, LinkOption.NOFOLLOW_LINKS);
        if (directory) {
            add(place);
        }
        return directory;
    }

    private void add(Path place) throws IOException {
        UnixFile unix = UnixFile.of(place);
        key.add(root.relativize(place).toString(), unix.mode() + " " + unix.uid() + ":" + unix.gid());
        attributes
                .extended(place)
                .forEach((name, value) -> key.add(name, HexFormat.of().formatHex(value)));
    }
}
