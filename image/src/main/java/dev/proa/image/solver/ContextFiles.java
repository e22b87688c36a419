package dev.proa.image.solver;

import dev.proa.image.Digest;
import dev.proa.image.ImageFailure;
import dev.proa.image.dockerfile.Glob;
import dev.proa.image.dockerfile.IgnoreFile;
import dev.proa.image.solver.CopyFiles.Selected;
import dev.proa.image.source.FolderNode;
import dev.proa.image.source.FolderReader;
import dev.proa.image.source.SourceFolder;
import dev.proa.image.tar.UnpackLimits;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The files of a context that its ignore file leaves. They are listed once, so a build sees one state of it; files belong to
 * root, as everywhere in builds.
 */
final class ContextFiles implements FileSource, AutoCloseable {
    private static final int MAX_LINKS = 40;
    /** So few files are read on one thread. */
    private static final int MIN_SHARE = 64;

    private final SourceFolder folder;
    private final FolderReader reader;
    private final ContextDigests digests;
    private final NavigableMap<String, FolderNode> nodes = new TreeMap<>();

    private ContextFiles(SourceFolder folder, ContextDigests digests) {
        this.folder = folder;
        reader = folder.reader();
        this.digests = digests;
    }

    /** Lists a folder, which has to stay open. */
    static ContextFiles of(SourceFolder folder, IgnoreFile ignored, ContextDigests digests) {
        ContextFiles files = new ContextFiles(folder, digests);
        Map<String, IgnoreFile.Entry> entries = new HashMap<>();
        entries.put("", ignored.root());
        List<FolderNode> all = folder.nodes((path, directory) -> {
            IgnoreFile.Entry entry =
                    Objects.requireNonNull(entries.get(parent(path))).child(path.substring(path.lastIndexOf('/') + 1));
            entries.put(path, entry);
            return !entry.excluded() || directory && entry.mayContainIncluded();
        });
        Set<String> parents = new HashSet<>();
        // A directory that is left out is there all the same when something in it is not.
        for (FolderNode node : all.reversed()) {
            if (!Objects.requireNonNull(entries.get(node.path())).excluded() || parents.contains(node.path())) {
                files.nodes.put(node.path(), node);
                parents.add(parent(node.path()));
            }
        }
        return files;
    }

    private static String parent(String path) {
        return path.substring(0, Math.max(0, path.lastIndexOf('/')));
    }

    @Override
    public List<String> match(String pattern) {
        String clean = FileSource.clean(pattern);
        if (!Glob.hasWildcards(clean)) {
            String path = FileSource.unescaped(clean);
            return find(path) == null ? List.of() : List.of(path);
        }
        // Links are followed up to the first wildcard only.
        String fixed = "";
        String left = clean;
        for (int slash = left.indexOf('/'); slash >= 0 && !Glob.hasWildcards(left.substring(0, slash)); ) {
            fixed = fixed.isEmpty() ? left.substring(0, slash) : fixed + "/" + left.substring(0, slash);
            left = left.substring(slash + 1);
            slash = left.indexOf('/');
        }
        Item top = find(FileSource.unescaped(fixed));
        if (top == null || top.type() != Type.DIRECTORY) {
            return List.of();
        }
        Glob glob = Glob.of(left);
        int skip = top.path().isEmpty() ? 0 : top.path().length() + 1;
        return below(top).stream()
                .map(Item::path)
                .filter(path -> glob.matches(path.substring(skip)))
                .toList();
    }

    @Override
    public Item item(String path) throws NoSuchFileException {
        Item found = find(path);
        if (found == null) {
            throw new NoSuchFileException("/" + path);
        }
        return found;
    }

    private @Nullable Item find(String path) {
        String left = path;
        String at = "";
        for (int links = 0; !left.isEmpty(); ) {
            int slash = left.indexOf('/');
            String part = slash < 0 ? left : left.substring(0, slash);
            left = slash < 0 ? "" : left.substring(slash + 1);
            if (part.isEmpty() || part.equals(".") || part.equals("..")) {
                at = part.equals("..") ? parent(at) : at;
                continue;
            }
            String next = at.isEmpty() ? part : at + "/" + part;
            FolderNode node = nodes.get(next);
            if (node == null) {
                return null;
            }
            if (node.type() != FolderNode.Type.LINK) {
                at = next;
                continue;
            }
            if (++links > MAX_LINKS) {
                throw ImageFailure.invalid("\"" + path + "\" is a link to a link without end; remove it");
            }
            left = node.target() + "/" + left;
            at = node.target().startsWith("/") ? "" : at;
        }
        if (at.isEmpty()) {
            return new Item("", Type.DIRECTORY, 0755, 0, 0, 0, 0, "");
        }
        return toItem(Objects.requireNonNull(nodes.get(at)));
    }

    @Override
    public List<Item> below(Item directory) {
        List<Item> below = new ArrayList<>();
        String prefix = directory.path().isEmpty() ? "" : directory.path() + "/";
        // "a.b" lies between "a" and "a/b": all that start with the prefix are together all the same.
        for (FolderNode node : nodes.tailMap(prefix, false).values()) {
            if (!node.path().startsWith(prefix)) {
                break;
            }
            below.add(toItem(node));
        }
        return below;
    }

    private static Item toItem(FolderNode node) {
        Type type = switch (node.type()) {
            case FILE -> Type.FILE;
            case DIRECTORY -> Type.DIRECTORY;
            case LINK -> Type.LINK;
            case OTHER -> Type.OTHER;
        };
        return new Item(node.path(), type, node.permissions(), 0, 0, node.size(), node.modified(), node.target());
    }

    @Override
    public InputStream open(Item file) {
        return reader.open(node(file), UnpackLimits.DEFAULT.imageBytes());
    }

    @Override
    public Map<String, byte[]> attributes(Item item) {
        return Map.of();
    }

    /** Computes the digests of files that are not known, on all processors. */
    void readDigests(List<Selected> selected) throws IOException, InterruptedException {
        List<FolderNode> unknown = selected.stream()
                .flatMap(each -> Stream.concat(Stream.of(each.item()), each.below().stream()))
                .filter(item -> item.type() == Type.FILE)
                .map(this::node)
                .filter(node -> digests.find(node) == null)
                .toList();
        int share = Math.max(
                MIN_SHARE, Math.ceilDiv(unknown.size(), Runtime.getRuntime().availableProcessors()));
        List<Callable<Boolean>> tasks = new ArrayList<>();
        for (int start = 0; start < unknown.size(); start += share) {
            List<FolderNode> part = unknown.subList(start, Math.min(start + share, unknown.size()));
            tasks.add(() -> {
                read(part);
                return true;
            });
        }
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<Boolean> task : threads.invokeAll(tasks)) {
                task.get();
            }
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case IOException failure -> throw failure;
                case RuntimeException failure -> throw failure;
                case null, default -> throw new IllegalStateException(e.getCause());
            }
        }
    }

    private void read(List<FolderNode> nodes) throws IOException {
        try (FolderReader own = folder.reader()) {
            for (FolderNode node : nodes) {
                try (InputStream in = own.open(node, UnpackLimits.DEFAULT.imageBytes())) {
                    String digest = Digest.of(in, node.size()).hex();
                    own.requireSame(node);
                    digests.put(node, digest);
                }
            }
        }
    }

    @Override
    public String digest(Item file) throws IOException {
        FolderNode node = node(file);
        if (digests.find(node) == null) {
            read(List.of(node));
        }
        return Objects.requireNonNull(digests.find(node));
    }

    private FolderNode node(Item file) {
        return Objects.requireNonNull(nodes.get(file.path()));
    }

    @Override
    public void requireSame(Item file) {
        reader.requireSame(node(file));
    }

    @Override
    public void close() {
        reader.close();
    }
}
