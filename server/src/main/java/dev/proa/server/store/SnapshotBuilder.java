package dev.proa.server.store;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Builds a state of the store from another one, change by change. For one thread. */
final class SnapshotBuilder {
    private final Resources resources;
    private long revision;
    private Tree[] trees;

    SnapshotBuilder(Resources resources, long revision, Tree[] trees) {
        this.resources = resources;
        this.revision = revision;
        this.trees = trees;
    }

    long revision() {
        return revision;
    }

    @Nullable
    StoredObject get(Key key) {
        int number = resources.find(key.resource());
        return number < 0 || number >= trees.length ? null : trees[number].get(key);
    }

    void put(StoredObject object) {
        int number = resources.number(object.key().resource());
        if (number >= trees.length) {
            int old = trees.length;
            trees = Arrays.copyOf(trees, number + 1);
            Arrays.fill(trees, old, trees.length, Tree.EMPTY);
        }
        trees[number] = trees[number].with(object);
    }

    void remove(Key key) {
        int number = resources.find(key.resource());
        if (number >= 0 && number < trees.length) {
            trees[number] = trees[number].without(key);
        }
    }

    /** Makes the change that {@code event} says. */
    void apply(Watch.Event event) {
        revision = event.revision();
        if (event.type() == Watch.Type.DELETED) {
            remove(event.object().key());
        } else {
            put(event.object());
        }
    }

    /** Takes the change back that {@code event} says, which was the last one. */
    void undo(Watch.Event event) {
        revision = event.revision() - 1;
        StoredObject previous = event.previous();
        if (previous == null) {
            remove(event.object().key());
        } else {
            put(previous);
        }
    }

    /** Sets the revision without a change. */
    void revision(long at) {
        revision = at;
    }

    /** This state as it is now. */
    MemorySnapshot build() {
        return new MemorySnapshot(resources, revision, trees.clone());
    }
}
