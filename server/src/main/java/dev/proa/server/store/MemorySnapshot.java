package dev.proa.server.store;

import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A state of the store: one tree for each resource. */
final class MemorySnapshot implements Snapshot {
    /** The state of a store in which nothing has happened. */
    static final MemorySnapshot EMPTY = new MemorySnapshot(new Resources(), MemoryStore.FIRST_REVISION, new Tree[0]);

    private final Resources resources;
    private final long revision;
    private final Tree[] trees;

    /** Takes over {@code trees}, which nobody may change any more. */
    MemorySnapshot(Resources resources, long revision, Tree[] trees) {
        this.resources = resources;
        this.revision = revision;
        this.trees = trees;
    }

    /** A builder that begins with this state. */
    SnapshotBuilder toBuilder() {
        return new SnapshotBuilder(resources, revision, trees.clone());
    }

    /** The same state for another state machine, which numbers resources on its own from here on. */
    MemorySnapshot fork() {
        return new MemorySnapshot(resources.copy(trees.length), revision, trees);
    }

    @Override
    public long revision() {
        return revision;
    }

    private Tree tree(String resource) {
        int number = resources.find(resource);
        return number < 0 || number >= trees.length ? Tree.EMPTY : trees[number];
    }

    @Override
    public @Nullable StoredObject get(Key key) {
        return tree(key.resource()).get(key);
    }

    @Override
    public Iterable<StoredObject> list(String resource, @Nullable String namespace, @Nullable Key after) {
        Tree tree = tree(resource);
        int start = namespace == null ? 0 : tree.rank(namespace, "");
        int end = namespace == null ? tree.size() : end(tree, namespace);
        int from = after == null ? start : Math.max(start, tree.rank(after.namespace(), after.name() + '\0'));
        return () -> iterator(tree, from, end);
    }

    private static Iterator<StoredObject> iterator(Tree tree, int from, int end) {
        return tree.iterator(from, end);
    }

    @Override
    public List<String> resources() {
        return resources.names(trees.length).stream()
                .filter(name -> tree(name).size() > 0)
                .toList();
    }

    @Override
    public int count(String resource, @Nullable String namespace) {
        Tree tree = tree(resource);
        return namespace == null ? tree.size() : end(tree, namespace) - tree.rank(namespace, "");
    }

    private static int end(Tree tree, String namespace) {
        return tree.rank(namespace, "\uffff");
    }

    @Override
    public String toString() {
        return "revision " + revision;
    }
}
