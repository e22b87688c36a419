package dev.proa.server.store;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The whole store at one revision. Immutable, cheap to hold, readable by any thread. */
public interface Snapshot {

    /** The revision this is the state after. */
    long revision();

    @Nullable
    StoredObject get(Key key);

    /**
     * The objects of a resource in the order of their keys.
     *
     * @param namespace null for all namespaces
     * @param after exclusive lower bound, or null to start at the first
     */
    Iterable<StoredObject> list(String resource, @Nullable String namespace, @Nullable Key after);

    /** The resources that have an object, in no particular order. */
    List<String> resources();

    /** How many objects {@link #list} without a bound would give. Quick: not by counting them. */
    int count(String resource, @Nullable String namespace);
}
