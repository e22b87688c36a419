package dev.proa.api.fieldpath;

import dev.proa.api.codec.DecodeException;
import dev.proa.api.value.MapValue;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A set of paths into an object, immutable. A path may be in it without those above or below it.
 *
 * <p>It is the tree of {@code FieldsV1}: an object with a name for each {@link PathElement#text}; what is below has the rest of
 * the paths. An empty object is a path that ends there, and {@code "."} says that one ends where others go on:
 *
 * <pre>
 * {"f:metadata": {"f:labels": {".": {}, "f:app": {}}}}     .metadata.labels, .metadata.labels.app
 * </pre>
 *
 * <p>The operations return one of their operands, and share its parts, where nothing else comes out.
 */
public final class FieldSet {
    /** The set without any path. */
    public static final FieldSet EMPTY = new FieldSet(MapValue.EMPTY);

    /** The name that says of a node with others below it that it is in the set itself. */
    public static final String SELF = ".";

    private final MapValue root;

    private FieldSet(MapValue root) {
        this.root = root;
    }

    /** The set of a tree that this class, or a walk over an object, made. */
    public static FieldSet of(@Nullable MapValue fieldsV1) {
        return fieldsV1 == null || fieldsV1.isEmpty() ? EMPTY : new FieldSet(fieldsV1);
    }

    /**
     * The set of a tree that anybody may have written; kinds of elements that are not known are left out.
     *
     * @throws DecodeException when it is not well-formed
     */
    public static FieldSet parse(@Nullable Object fieldsV1) {
        if (fieldsV1 == null) {
            return EMPTY;
        }
        MapValue node = normal(fieldsV1);
        return node.isEmpty() ? EMPTY : new FieldSet(node.without(SELF));
    }

    private static MapValue normal(@Nullable Object node) {
        if (node == null) {
            return MapValue.EMPTY;
        }
        if (!(node instanceof MapValue map)) {
            throw new DecodeException("a set of fields is an object");
        }
        MapValue.Builder builder = MapValue.builder(map.size());
        boolean deep = false;
        for (int i = 0; i < map.size(); i++) {
            String name = map.nameAt(i);
            if (name.equals(SELF)) {
                builder.put(SELF, MapValue.EMPTY);
                continue;
            }
            PathElement element = PathElement.parse(name);
            if (element != null) {
                builder.put(element.text(), normal(map.valueAt(i)));
                deep = true;
            }
        }
        return deep ? builder.build() : MapValue.EMPTY;
    }

    /** The tree, as objects have it. */
    public MapValue fieldsV1() {
        return root;
    }

    /** The same set, with parts that other sets have, too, taken from them: objects of one kind mostly have the same fields. */
    public FieldSet shared() {
        return new FieldSet(SharedNodes.shared(root));
    }

    public boolean isEmpty() {
        return root.isEmpty();
    }

    /** The paths of this set and those of the other. */
    public FieldSet union(FieldSet other) {
        return isEmpty() ? other : other.isEmpty() ? this : same(union(root, other.root), other);
    }

    /** The paths of this set that are not in the other. */
    public FieldSet difference(FieldSet other) {
        return isEmpty() || other.isEmpty() ? this : same(difference(root, other.root, false), other);
    }

    /** The paths of this set that are neither in the other nor below one that is. */
    public FieldSet recursiveDifference(FieldSet other) {
        return isEmpty() || other.isEmpty() ? this : same(difference(root, other.root, true), other);
    }

    /** The paths that are in both sets. */
    public FieldSet intersection(FieldSet other) {
        return isEmpty() || other.isEmpty() ? EMPTY : same(intersection(root, other.root), other);
    }

    private FieldSet same(@Nullable MapValue node, FieldSet other) {
        return node == root ? this : node == other.root ? other : of(node);
    }

    /** The paths of this set that have none below them. */
    public FieldSet leaves() {
        return of(isEmpty() ? root : leaves(root));
    }

    /** Whether a path is in this set. */
    public boolean has(List<PathElement> path) {
        MapValue node = root;
        for (PathElement element : path) {
            if (!(node.get(element.text()) instanceof MapValue child)) {
                return false;
            }
            node = child;
        }
        return !path.isEmpty() && isMember(node);
    }

    /** The number of paths. */
    public int size() {
        int[] count = new int[1];
        forEach(path -> count[0]++);
        return count[0];
    }

    /** Calls {@code action} with each path: those that end at a node before those below it, in the order of their elements. */
    public void forEach(Consumer<List<PathElement>> action) {
        forEach(root, new ArrayList<>(), action);
    }

    private static void forEach(MapValue node, List<PathElement> path, Consumer<List<PathElement>> action) {
        TreeMap<PathElement, MapValue> children = new TreeMap<>();
        for (int i = 0; i < node.size(); i++) {
            PathElement element = node.nameAt(i).equals(SELF) ? null : PathElement.parse(node.nameAt(i));
            if (element != null) {
                children.put(element, child(node, i));
            }
        }
        children.forEach((element, child) -> {
            if (isMember(child)) {
                List<PathElement> full = new ArrayList<>(path);
                full.add(element);
                action.accept(List.copyOf(full));
            }
        });
        children.forEach((element, child) -> {
            path.add(element);
            forEach(child, path, action);
            path.removeLast();
        });
    }

    /** Whether a node below the root stands for a path that is in the set. */
    public static boolean isMember(MapValue node) {
        return node.isEmpty() || node.has(SELF);
    }

    /** A node that is in the set, besides what is below it. */
    public static MapValue asMember(MapValue node) {
        return isMember(node) ? node : node.with(SELF, MapValue.EMPTY);
    }

    static MapValue child(MapValue node, int index) {
        return node.valueAt(index) instanceof MapValue map ? map : MapValue.EMPTY;
    }

    /** What both nodes stand for, which are below the root. */
    public static MapValue unionOf(@Nullable MapValue a, @Nullable MapValue b) {
        if (a == null || b == null) {
            return a != null ? a : b != null ? b : MapValue.EMPTY;
        }
        return a == b ? a : a.isEmpty() ? asMember(b) : b.isEmpty() ? asMember(a) : union(a, b);
    }

    private static MapValue union(MapValue a, MapValue b) {
        MapValue.Builder builder = MapValue.builder(Math.max(a.size(), b.size()) + 2);
        boolean likeA = true;
        boolean likeB = true;
        int i = 0;
        int j = 0;
        while (i < a.size() || j < b.size()) {
            int order = i == a.size() ? 1 : j == b.size() ? -1 : order(a.nameAt(i), b.nameAt(j));
            if (order < 0) {
                likeB = false;
                builder.put(a.nameAt(i), a.valueAt(i));
            } else if (order > 0) {
                likeA = false;
                builder.put(b.nameAt(j), b.valueAt(j));
            } else {
                MapValue both = unionOf(child(a, i), child(b, j));
                likeA &= both == a.valueAt(i);
                likeB &= both == b.valueAt(j);
                builder.put(a.nameAt(i), both);
            }
            i += order <= 0 ? 1 : 0;
            j += order >= 0 ? 1 : 0;
        }
        return likeA ? a : likeB ? b : builder.build();
    }

    private static int order(String a, String b) {
        return a == b ? 0 : a.compareTo(b);
    }

    /** What is left of {@code a}, which has something below it; null for nothing. */
    private static @Nullable MapValue difference(MapValue a, MapValue b, boolean recursive) {
        MapValue.Builder builder = null;
        int left = 0;
        int j = 0;
        for (int i = 0; i < a.size(); i++) {
            String name = a.nameAt(i);
            while (j < b.size() && order(b.nameAt(j), name) < 0) {
                j++;
            }
            MapValue before = child(a, i);
            MapValue after = before;
            if (j < b.size() && b.nameAt(j).equals(name)) {
                after = without(before, child(b, j), recursive);
            }
            if (after != before && builder == null) {
                builder = MapValue.builder(a.size());
                for (int k = 0; k < i; k++) {
                    builder.put(a.nameAt(k), a.valueAt(k));
                }
            }
            if (after != null) {
                left++;
                if (builder != null) {
                    builder.put(name, after);
                }
            }
        }
        return builder == null ? a : left == 0 ? null : normalized(builder.build());
    }

    private static @Nullable MapValue without(MapValue node, MapValue other, boolean recursive) {
        if (isMember(other) && (recursive || node.isEmpty())) {
            return null;
        }
        if (node.isEmpty()) {
            return node;
        }
        return other.isEmpty() ? node.without(SELF) : difference(node, other, recursive);
    }

    private static MapValue normalized(MapValue node) {
        return node.size() == 1 && node.nameAt(0).equals(SELF) ? MapValue.EMPTY : node;
    }

    private static @Nullable MapValue intersection(MapValue a, MapValue b) {
        MapValue.Builder builder = null;
        boolean likeA = true;
        int j = 0;
        for (int i = 0; i < a.size(); i++) {
            String name = a.nameAt(i);
            while (j < b.size() && order(b.nameAt(j), name) < 0) {
                j++;
            }
            MapValue both = j < b.size() && b.nameAt(j).equals(name) ? common(child(a, i), child(b, j)) : null;
            likeA &= both == a.valueAt(i);
            if (both != null) {
                builder = builder == null ? MapValue.builder(a.size()) : builder;
                builder.put(name, both);
            }
        }
        return likeA ? a : builder == null ? null : normalized(builder.build());
    }

    private static @Nullable MapValue common(MapValue a, MapValue b) {
        if (a == b) {
            return a;
        }
        if (a.isEmpty() || b.isEmpty()) {
            return isMember(a) && isMember(b) ? MapValue.EMPTY : null;
        }
        return intersection(a, b);
    }

    private static MapValue leaves(MapValue node) {
        MapValue.Builder builder = MapValue.builder(node.size());
        for (int i = 0; i < node.size(); i++) {
            if (!node.nameAt(i).equals(SELF)) {
                builder.put(node.nameAt(i), leaves(child(node, i)));
            }
        }
        return builder.build();
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof FieldSet set && root.equals(set.root);
    }

    @Override
    public int hashCode() {
        return root.hashCode();
    }

    /** The paths, one a line. */
    @Override
    public String toString() {
        List<String> lines = new ArrayList<>();
        forEach(path -> lines.add(PathElement.shown(path)));
        return String.join("\n", lines);
    }
}
