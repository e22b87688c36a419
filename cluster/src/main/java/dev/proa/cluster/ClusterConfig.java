package dev.proa.cluster;

import dev.proa.client.clock.Clock;
import dev.proa.embedded.ApiServerOptions;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The configuration of a cluster.
 *
 * @param name of the cluster and of its kubeconfig context, and the prefix of its nodes' names
 * @param directory for everything that outlives the process
 * @param host the address that the API server listens on
 * @param port of the API server; 0 for any free one
 * @param nodes number of nodes
 * @param runtime what runs the containers
 * @param durable whether the store has a journal; without one, a cluster starts empty each time
 * @param exposed whether other machines reach node ports; otherwise only this one does
 * @param registry the cluster's image registry; null for none
 * @param apiServer flags of kube-apiserver
 * @param scheduler flags of kube-scheduler
 * @param controllerManager flags of kube-controller-manager
 * @param clock for the whole control plane and simulated nodes
 * @param seed for everything random
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
        @Nullable Registry registry,
        ApiServerOptions apiServer,
        SchedulerOptions scheduler,
        ControllerManagerOptions controllerManager,
        Clock clock,
        long seed) {

    /**
     * The image registry of a cluster, which listens on the cluster's loopback address.
     *
     * @param port 0 for any free one
     * @param anyPort whether any other port will do when that one is taken
     * @param anonymous whether everybody on this machine may push and pull, by plain HTTP; otherwise it takes the cluster's identities by HTTPS
     */
    public record Registry(int port, boolean anyPort, boolean anonymous) {
        /** The port of kind's local registry: 5000, which others have, is also that of many servers for development. */
        public static final int USUAL_PORT = 5001;
    }

    /** What runs the containers of a cluster. */
    public enum Runtime {
        /** Linux namespaces, built in. */
        SANDBOX,
        /** Simulated containers, which do what annotations say and cost next to nothing. */
        SIMULATED,
        /** No nodes at all: only the control plane. */
        NONE;

        /** The name on the command line. */
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
                "test",
                directory,
                "127.0.0.1",
                0,
                nodes,
                runtime,
                false,
                false,
                null,
                ApiServerOptions.NONE,
                SchedulerOptions.NONE,
                ControllerManagerOptions.NONE,
                Clock.system(),
                System.nanoTime());
    }

    /** The same cluster with a registry. */
    public ClusterConfig with(Registry other) {
        return new ClusterConfig(
                name,
                directory,
                host,
                port,
                nodes,
                runtime,
                durable,
                exposed,
                other,
                apiServer,
                scheduler,
                controllerManager,
                clock,
                seed);
    }

    /** The image store of the cluster. */
    Path images() {
        return directory.resolve("images");
    }

    /** The name of a node. */
    public String nodeName(int index) {
        return name + "-" + index;
    }
}
