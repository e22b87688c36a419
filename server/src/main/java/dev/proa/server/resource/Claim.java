package dev.proa.server.resource;

import dev.proa.api.value.MapValue;

/**
 * What one write takes of the cluster's shared ranges (cluster addresses, node ports), held from before validation until the
 * write is committed. Closing a claim that was not committed gives back what it took; one that was committed gives back what
 * the write no longer uses. For one thread.
 */
public interface Claim extends AutoCloseable {

    /** The object with what was taken written into it. */
    MapValue object();

    /** The write is in the store: keep what was taken. */
    void commit();

    @Override
    void close();

    /** A claim of nothing. */
    static Claim none(MapValue object) {
        return new Claim() {
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
