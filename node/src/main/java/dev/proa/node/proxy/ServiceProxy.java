package dev.proa.node.proxy;

/** Makes services reachable from a node and its pods. Thread-safe. */
public interface ServiceProxy extends AutoCloseable {

    /**
     * Applies {@code table}: services not in it are no longer reachable. The change is atomic for new connections;
     * existing ones keep their endpoint, except UDP flows to an endpoint that is gone. Blocks until done; takes time in
     * proportion to what changed.
     */
    void sync(ServiceTable table);

    /** Restores what somebody else has removed of the last table. Blocks until done. */
    void resync();

    /** Closes descriptors. The rules stay, so that services work while Proa restarts. */
    @Override
    void close();
}
