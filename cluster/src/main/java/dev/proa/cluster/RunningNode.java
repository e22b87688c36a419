package dev.proa.cluster;

/** A running node of a cluster. Closing it leaves its containers running. */
interface RunningNode extends AutoCloseable {
    String name();

    @Override
    void close();
}
