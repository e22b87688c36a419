package dev.proa.cluster;

/** A node of a cluster, from its start to its end. Closing it leaves its containers running. */
interface RunningNode extends AutoCloseable {
    String name();

    @Override
    void close();
}
