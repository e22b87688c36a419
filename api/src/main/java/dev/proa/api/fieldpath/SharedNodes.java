package dev.proa.api.fieldpath;

import dev.proa.api.value.MapValue;

/**
 * Nodes of sets that occur often. A fixed table of candidates without locks: a slot that another node has is overwritten, so that
 * sharing is likely and never needed, and memory is bounded.
 */
final class SharedNodes {
    private static final int SIZE = 1 << 13;
    private static final MapValue[] NODES = new MapValue[SIZE];

    private SharedNodes() {}

    static MapValue shared(MapValue node) {
        if (node.isEmpty()) {
            return MapValue.EMPTY;
        }
        int hash = 0;
        MapValue same = node;
        for (int i = 0; i < node.size(); i++) {
            MapValue child = FieldSet.child(node, i);
            MapValue other = shared(child);
            if (other != child) {
                same = same.with(node.nameAt(i), other);
            }
            hash = 31 * (31 * hash + node.nameAt(i).hashCode()) + System.identityHashCode(other);
        }
        int slot = (hash ^ hash >>> 13) & SIZE - 1;
        MapValue candidate = NODES[slot];
        if (candidate != null && candidate.equals(same)) {
            return candidate;
        }
        NODES[slot] = same;
        return same;
    }
}
