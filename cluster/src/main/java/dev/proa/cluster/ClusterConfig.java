package dev.proa.cluster;

import dev.proa.client.clock.Clock;
import java.nio.file.Path;

/**
 * How a cluster is to be.
 *
 * @param name of the cluster, of its kubeconfig context and the beginning of its nodes' names
 * @param directory where everything lies that outlives the process
 * @param host address that the API server listens on
 * @param port of the API server; 0 for any that is free
 * @param nodes how many
 * @param runtime what runs the containers
 * @param durable whether the store has a journal; without, a cluster begins empty each time
 * @param exposed whether other machines reach services by node ports; without, only this one does
 * @param clock of the whole control plane and of simulated nodes
 * @param seed of everything random
 */
public record ClusterConfig(
        String name,
        Path directory,
        String host,
        int port,
        int nodes,
        Runtime runtime,
        boolean durable,
        boolean exposed,
        Clock clock,
        long seed) {

    /** What runs the containers of a cluster. */
    public enum Runtime {
        /** Linux namespaces, built in. */
        SANDBOX,
        /** Containers that behave as told and cost next to nothing. */
        SIMULATED,
        /** No nodes at all: only the control plane. */
        NONE;

        /** As on a command line. */
        @Override
        public String toString() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    public ClusterConfig {
        if (!name.matches("[a-z0-9]([-a-z0-9]{0,38}[a-z0-9])?")) {
            throw new IllegalArgumentException("\"" + name
                    + "\" cannot name a cluster: use up to 40 lower-case letters, digits and dashes, as in \"web-1\"");
        }
        if (nodes < 0 || nodes > 1000) {
            throw new IllegalArgumentException("a cluster has 0 to 1000 nodes, not " + nodes);
        }
    }

    /** A cluster in memory on a free port, for tests and embedding. */
    public static ClusterConfig inMemory(Path directory, int nodes, Runtime runtime) {
        return new ClusterConfig(
                "test", directory, "127.0.0.1", 0, nodes, runtime, false, false, Clock.system(), System.nanoTime());
    }

    /** The name of a node. */
    public String nodeName(int index) {
        return name + "-" + index;
    }
}
