package dev.proa.server.resource;

import dev.proa.api.value.MapValue;

/**
 * The allocation transaction of one write: what it takes of the cluster's shared ranges (cluster addresses, node ports), held from
 * before validation until the write is committed. Closing an allocation that was not committed gives back what it took; one that was
 * committed gives back what the write no longer uses. For one thread.
 */
public interface Allocation extends AutoCloseable {

    /** The object with what was allocated written into it. */
    MapValue object();

    /** The write is in the store: keep what was allocated. */
    void commit();

    @Override
    void close();

    /** An allocation of nothing. */
    static Allocation none(MapValue object) {
        return new Allocation() {
            @Override
            public MapValue object() {
                return object;
            }

            @Override
            public void commit() {}

            @Override
            public void close() {}
        };
    }
}
