package dev.proa.server.store;

/**
 * Keeps one revision and all later ones from being compacted until it is closed: see {@link Store#pin}. Whoever has one must close
 * it, for the past grows meanwhile.
 */
public interface Pin extends AutoCloseable {

    /** The state after the commit of the pinned revision. Stays readable after the pin was closed. */
    Snapshot snapshot();

    /** Lets the store compact again, which does at once what was asked for meanwhile. Idempotent. */
    @Override
    void close();
}
