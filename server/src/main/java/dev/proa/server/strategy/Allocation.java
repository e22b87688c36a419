package dev.proa.server.strategy;

import dev.proa.api.value.MapValue;
import dev.proa.server.store.Key;
import dev.proa.server.store.Store;
import dev.proa.server.store.StoredObject;

/**
 * An object with what was chosen for it from the cluster's shared ranges (cluster addresses, node ports). What is chosen is free in the
 * snapshot that it was chosen by, and becomes the object's when both are written, in one transaction.
 */
public interface Allocation {

    /** The object with what was chosen written into it. */
    MapValue object();

    /**
     * Creates the object and allocates what it has.
     *
     * @param prepared the object as it is to be stored
     * @throws Store.KeyExistsException when there is one with this key already
     * @throws Store.RevisionConflictException when somebody else was given the same meanwhile: choose again
     */
    default StoredObject create(Store store, Key key, MapValue prepared) {
        return store.create(key, prepared);
    }

    /**
     * Replaces the object, allocates what is new in it, and releases what it had and has no more.
     *
     * @param prepared the object as it is to be stored
     * @throws Store.RevisionConflictException when it has changed, or somebody else was given the same meanwhile: choose again
     */
    default StoredObject update(Store store, StoredObject current, MapValue prepared) {
        return store.update(current.key(), current.revision(), prepared);
    }

    /** An object that needs nothing of the shared ranges. */
    static Allocation none(MapValue object) {
        return () -> object;
    }
}
