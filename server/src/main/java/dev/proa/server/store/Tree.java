package dev.proa.server.store;

import java.util.Iterator;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/**
 * The objects of one resource in the order of their keys: a B+ tree that never changes. A change copies the nodes on the path
 * to it (about half a kilobyte) and shares all others, so every state of the store is a pointer. Nodes know how many objects are
 * below them, which makes counting and starting in the middle quick.
 */
final class Tree {
    static final Tree EMPTY = new Tree(null);

    /** At most so many objects or children in a node. */
    private static final int WIDEST = 32;

    /** A node with fewer (that is not the root) joins a neighbour. */
    private static final int NARROWEST = 10;

    private final @Nullable Node root;

    private Tree(@Nullable Node root) {
        this.root = root;
    }

    int size() {
        return root == null ? 0 : root.size;
    }

    @Nullable
    StoredObject get(Key key) {
        Node node = root;
        while (node instanceof Branch branch) {
            node = branch.children[branch.childFor(key.namespace(), key.name())];
        }
        if (node instanceof Leaf leaf) {
            int index = leaf.indexOf(key.namespace(), key.name());
            return index < 0 ? null : leaf.items[index];
        }
        return null;
    }

    /** This tree with {@code object} in the place of the one with its key, if there is one. */
    Tree with(StoredObject object) {
        if (root == null) {
            return new Tree(new Leaf(object));
        }
        Node changed = root.with(object);
        return new Tree(changed.width() > WIDEST ? new Branch(changed.lower(), changed.upper()) : changed);
    }

    /** This tree without the object under {@code key}; this very tree when there is none. */
    @SuppressWarnings("ReferenceEquality") // asks whether there was a change, not whether the contents are the same
    Tree without(Key key) {
        if (root == null) {
            return this;
        }
        Node changed = root.without(key);
        if (changed == root) {
            return this;
        }
        while (changed instanceof Branch branch && branch.children.length == 1) {
            changed = branch.children[0];
        }
        return changed.size == 0 ? EMPTY : new Tree(changed);
    }

    /** How many objects come before the place of this namespace and name. */
    int rank(String namespace, String name) {
        int before = 0;
        Node node = root;
        while (node instanceof Branch branch) {
            int child = branch.childFor(namespace, name);
            for (int i = 0; i < child; i++) {
                before += branch.children[i].size;
            }
            node = branch.children[child];
        }
        if (node instanceof Leaf leaf) {
            int index = leaf.indexOf(namespace, name);
            before += index < 0 ? -index - 1 : index;
        }
        return before;
    }

    /** The objects from one rank, inclusive, to another, exclusive. */
    Iterator<StoredObject> iterator(int from, int to) {
        return new Range(root, from, to);
    }

    private abstract static sealed class Node {
        /** The key of the first object below; it belongs to an object that is there, so it keeps nothing else alive. */
        final Key first;

        final int size;

        Node(Key first, int size) {
            this.first = first;
            this.size = size;
        }

        /** How many objects or children this node itself has. */
        abstract int width();

        /** Has one more than {@link #WIDEST} when it must be split by the caller. */
        abstract Node with(StoredObject object);

        /** The same node when there is no such key; has too few when the caller must join it with a neighbour. */
        abstract Node without(Key key);

        abstract Node lower();

        abstract Node upper();

        abstract Node joined(Node right);
    }

    private static final class Leaf extends Node {
        final StoredObject[] items;

        Leaf(StoredObject... items) {
            super(items[0].key(), items.length);
            this.items = items;
        }

        /** What a leaf becomes that loses its last object; its first key is of no meaning any more. */
        Leaf(Key lost) {
            super(lost, 0);
            items = new StoredObject[0];
        }

        int indexOf(String namespace, String name) {
            int low = 0;
            int high = items.length - 1;
            while (low <= high) {
                int middle = (low + high) >>> 1;
                int order = items[middle].key().compareWithin(namespace, name);
                if (order == 0) {
                    return middle;
                }
                if (order < 0) {
                    low = middle + 1;
                } else {
                    high = middle - 1;
                }
            }
            return -low - 1;
        }

        @Override
        int width() {
            return items.length;
        }

        @Override
        Node with(StoredObject object) {
            int index = indexOf(object.key().namespace(), object.key().name());
            if (index >= 0) {
                StoredObject[] changed = items.clone();
                changed[index] = object;
                return new Leaf(changed);
            }
            return new Leaf(inserted(items, -index - 1, object, new StoredObject[items.length + 1]));
        }

        @Override
        Node without(Key key) {
            int index = indexOf(key.namespace(), key.name());
            if (index < 0) {
                return this;
            }
            return items.length == 1
                    ? new Leaf(key)
                    : new Leaf(removed(items, index, new StoredObject[items.length - 1]));
        }

        @Override
        Node lower() {
            return new Leaf(slice(items, 0, new StoredObject[items.length / 2]));
        }

        @Override
        Node upper() {
            int from = items.length / 2;
            return new Leaf(slice(items, from, new StoredObject[items.length - from]));
        }

        @Override
        Node joined(Node right) {
            Leaf other = (Leaf) right;
            if (items.length == 0) {
                return other;
            }
            StoredObject[] both = new StoredObject[items.length + other.items.length];
            System.arraycopy(items, 0, both, 0, items.length);
            System.arraycopy(other.items, 0, both, items.length, other.items.length);
            return new Leaf(both);
        }
    }

    private static final class Branch extends Node {
        final Node[] children;

        Branch(Node... children) {
            super(children[0].first, sum(children));
            this.children = children;
        }

        private static int sum(Node[] children) {
            int sum = 0;
            for (Node child : children) {
                sum += child.size;
            }
            return sum;
        }

        /** The only child that can have the object. */
        int childFor(String namespace, String name) {
            int low = 1;
            int high = children.length - 1;
            while (low <= high) {
                int middle = (low + high) >>> 1;
                if (children[middle].first.compareWithin(namespace, name) <= 0) {
                    low = middle + 1;
                } else {
                    high = middle - 1;
                }
            }
            return low - 1;
        }

        @Override
        int width() {
            return children.length;
        }

        @Override
        Node with(StoredObject object) {
            int index = childFor(object.key().namespace(), object.key().name());
            Node child = children[index].with(object);
            if (child.width() <= WIDEST) {
                return replaced(index, child);
            }
            Node[] changed = inserted(children, index + 1, child.upper(), new Node[children.length + 1]);
            changed[index] = child.lower();
            return new Branch(changed);
        }

        @Override
        @SuppressWarnings("ReferenceEquality")
        Node without(Key key) {
            int index = childFor(key.namespace(), key.name());
            Node child = children[index].without(key);
            if (child == children[index]) {
                return this;
            }
            if (child.width() >= NARROWEST || children.length == 1) {
                return replaced(index, child);
            }
            int left = index == 0 ? 0 : index - 1;
            Node joined = index == 0 ? child.joined(children[1]) : children[left].joined(child);
            if (joined.width() > WIDEST) {
                Node[] changed = children.clone();
                changed[left] = joined.lower();
                changed[left + 1] = joined.upper();
                return new Branch(changed);
            }
            Node[] changed = removed(children, left + 1, new Node[children.length - 1]);
            changed[left] = joined;
            return new Branch(changed);
        }

        private Branch replaced(int index, Node child) {
            Node[] changed = children.clone();
            changed[index] = child;
            return new Branch(changed);
        }

        @Override
        Node lower() {
            return new Branch(slice(children, 0, new Node[children.length / 2]));
        }

        @Override
        Node upper() {
            int from = children.length / 2;
            return new Branch(slice(children, from, new Node[children.length - from]));
        }

        @Override
        Node joined(Node right) {
            Branch other = (Branch) right;
            Node[] both = new Node[children.length + other.children.length];
            System.arraycopy(children, 0, both, 0, children.length);
            System.arraycopy(other.children, 0, both, children.length, other.children.length);
            return new Branch(both);
        }
    }

    private static <T> T[] inserted(T[] from, int index, T item, T[] into) {
        System.arraycopy(from, 0, into, 0, index);
        into[index] = item;
        System.arraycopy(from, index, into, index + 1, from.length - index);
        return into;
    }

    private static <T> T[] removed(T[] from, int index, T[] into) {
        System.arraycopy(from, 0, into, 0, index);
        System.arraycopy(from, index + 1, into, index, into.length - index);
        return into;
    }

    private static <T> T[] slice(T[] from, int start, T[] into) {
        System.arraycopy(from, start, into, 0, into.length);
        return into;
    }

    /** Walks the leaves with the path to the present one in hand. */
    private static final class Range implements Iterator<StoredObject> {
        /** With at least 10 children a node this is enough for any number of objects. */
        private static final int DEEPEST = 12;

        private final Branch[] path = new Branch[DEEPEST];
        private final int[] at = new int[DEEPEST];
        private int depth;
        private @Nullable Leaf leaf;
        private int index;
        private int remaining;

        Range(@Nullable Node root, int from, int to) {
            remaining = Math.max(0, to - from);
            if (root != null && remaining > 0) {
                descend(root, from);
            }
        }

        private void descend(Node start, int skip) {
            Node node = start;
            int before = skip;
            while (node instanceof Branch branch) {
                int child = 0;
                while (before >= branch.children[child].size) {
                    before -= branch.children[child++].size;
                }
                path[depth] = branch;
                at[depth++] = child;
                node = branch.children[child];
            }
            leaf = (Leaf) node;
            index = before;
        }

        @Override
        public boolean hasNext() {
            return remaining > 0;
        }

        @Override
        public StoredObject next() {
            Leaf present = leaf;
            if (remaining <= 0 || present == null) {
                throw new NoSuchElementException();
            }
            remaining--;
            StoredObject object = present.items[index++];
            if (index == present.items.length && remaining > 0) {
                advance();
            }
            return object;
        }

        private void advance() {
            while (++at[depth - 1] == path[depth - 1].children.length) {
                depth--;
            }
            descend(path[depth - 1].children[at[depth - 1]], 0);
        }
    }
}
