package dev.proa.cli;

import dev.proa.client.clock.Clock;
import dev.proa.cluster.ClusterConfig;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** How a cluster that is started is to be. */
final class ServerOptions {
    @Option(
            names = "--nodes",
            defaultValue = "1",
            paramLabel = "N",
            description = "How many nodes (default: ${DEFAULT-VALUE}).")
    private int nodes;

    @Option(
            names = "--runtime",
            defaultValue = "sandbox",
            paramLabel = "RUNTIME",
            description =
                    "What runs the containers: sandbox (Linux namespaces, needs root) or simulated (nothing runs, "
                            + "pods behave as told). Default: ${DEFAULT-VALUE}.")
    private ClusterConfig.Runtime runtime;

    @Option(
            names = "--port",
            defaultValue = "6443",
            paramLabel = "PORT",
            description = "Port of the API server on 127.0.0.1, 0 for any that is free (default: ${DEFAULT-VALUE}).")
    private int port;

    @Option(names = "--expose", description = "Let other machines reach node ports; without it only this machine does.")
    private boolean expose;

    /** Refuses values that no cluster can have. */
    void check() {
        if (nodes < 1 || nodes > 250) {
            throw new Failure(Exit.USAGE, "--nodes must be between 1 and 250, not " + nodes);
        }
        if (port < 0 || port > 65535) {
            throw new Failure(Exit.USAGE, "--port must be between 0 and 65535, not " + port);
        }
    }

    ClusterConfig config(ClusterHome home) {
        check();
        return new ClusterConfig(
                home.name(),
                home.directory(),
                "127.0.0.1",
                port,
                nodes,
                runtime,
                true,
                expose,
                Clock.system(),
                System.nanoTime());
    }

    /** As arguments of {@code proa server}. */
    List<String> arguments() {
        List<String> arguments = new ArrayList<>(List.of(
                "--nodes", String.valueOf(nodes), "--runtime", runtime.toString(), "--port", String.valueOf(port)));
        if (expose) {
            arguments.add("--expose");
        }
        return arguments;
    }
}
