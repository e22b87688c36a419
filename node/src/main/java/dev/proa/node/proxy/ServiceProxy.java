package dev.proa.node.proxy;

/** Makes services reachable from a node and its pods. Implementations are safe for use by many threads. */
public interface ServiceProxy extends AutoCloseable {

    /**
     * Makes the node behave as {@code table} says, and only so: services not in it are not reachable afterwards. New
     * connections follow the new table from one instant on; connections that exist stay with the endpoint they have, except UDP
     * exchanges with an endpoint that is gone. Blocks until done; takes time in proportion to what changed.
     */
    void sync(ServiceTable table);

    /** Makes again what somebody else has removed, of the last table that it was told. Blocks until done. */
    void resync();

    /** Gives back what this object holds. What it set up stays, so that services work while Proa restarts. */
    @Override
    void close();
}
