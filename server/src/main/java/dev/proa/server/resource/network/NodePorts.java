package dev.proa.server.resource.network;

import dev.proa.api.value.MapValue;
import dev.proa.server.store.Change;
import dev.proa.server.store.Key;
import dev.proa.server.store.Snapshot;
import dev.proa.server.store.Store;
import dev.proa.server.store.StoredObject;
import java.util.Base64;
import java.util.BitSet;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which node ports are allocated: a bitmap in one stored object, a {@code RangeAllocation} as Kubernetes has it. It is internal: the API
 * does not serve it.
 */
final class NodePorts {
    static final int FIRST = 30_000;
    static final int LAST = 32_767;

    /** Where the bitmap is stored. */
    static final Key KEY = new Key("rangeallocations", "", "servicenodeports");

    private NodePorts() {}

    static boolean contains(long port) {
        return port >= FIRST && port <= LAST;
    }

    /** The ports that are allocated, each as its distance to the first. */
    static BitSet allocated(Snapshot snapshot) {
        StoredObject object = snapshot.get(KEY);
        return object == null ? new BitSet() : bits(object.value());
    }

    private static BitSet bits(@Nullable MapValue range) {
        return range == null ? new BitSet() : BitSet.valueOf(Base64.getDecoder().decode(range.string("data")));
    }

    /** The stored object with a bitmap. */
    static MapValue value(BitSet bits) {
        return MapValue.of(
                "apiVersion",
                "v1",
                "data",
                Base64.getEncoder().encodeToString(bits.toByteArray()),
                "kind",
                "RangeAllocation",
                "metadata",
                MapValue.of("name", KEY.name()),
                "range",
                FIRST + "-" + LAST);
    }

    /** What is wrong with the wish for a port; null when nothing is. */
    static @Nullable String whyNot(long port, Snapshot snapshot) {
        if (!contains(port)) {
            return "provided port is not in the valid range. The range of valid ports is " + FIRST + "-" + LAST;
        }
        return allocated(snapshot).get((int) port - FIRST) ? "provided port is already allocated" : null;
    }

    /**
     * Adds the change that allocates and releases ports, if there are any. It is refused with a {@link Store.RevisionConflictException} when
     * one of them was allocated to somebody else meanwhile.
     */
    static void change(Collection<Long> allocate, Collection<Long> release, List<Change> changes) {
        if (allocate.stream().anyMatch(NodePorts::contains) || release.stream().anyMatch(NodePorts::contains)) {
            changes.add(new Change.Compute(KEY, range -> changed(range, allocate, release)));
        }
    }

    private static MapValue changed(@Nullable MapValue range, Collection<Long> allocate, Collection<Long> release) {
        BitSet bits = bits(range);
        for (long port : release) {
            if (contains(port)) {
                bits.clear((int) port - FIRST);
            }
        }
        for (long port : allocate) {
            if (contains(port)) {
                if (bits.get((int) port - FIRST)) {
                    throw new Store.RevisionConflictException(KEY, null);
                }
                bits.set((int) port - FIRST);
            }
        }
        return value(bits);
    }
}
