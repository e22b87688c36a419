package dev.proa.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/**
 * The option {@code --port} of commands about a cluster: the API server's port. (In {@code proa deploy} it is the
 * application's.)
 */
final class ServerPortOption {
    @Option(
            names = "--port",
            paramLabel = "PORT",
            description =
                    "Port of the API server on 127.0.0.1, 0 for any that is free (default: the one it had before or 6443, "
                            + "and any that is free when that is taken).")
    private @Nullable Integer port;

    @Nullable
    Integer port() {
        return port;
    }
}
