package dev.proa.embedded;

import dev.proa.client.clock.Clock;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The configuration of an embedded API server.
 *
 * @param directory for certificates, keys and the journal; null keeps them in memory
 * @param durable whether the store has a journal in {@code directory}; without one it starts empty each time
 * @param host the address that the server listens on; empty for none, so that only clients in this JVM reach it
 * @param port to listen on; 0 for any free one
 * @param clock for timestamps, expiry and the server's periodic work
 * @param options flags of kube-apiserver
 */
public record ApiServerConfig(
        @Nullable Path directory, boolean durable, String host, int port, Clock clock, ApiServerOptions options) {

    public ApiServerConfig {
        if (durable && directory == null) {
            throw new IllegalArgumentException("a durable API server needs a directory for its journal");
        }
    }

    /** Without flags. */
    public ApiServerConfig(@Nullable Path directory, boolean durable, String host, int port, Clock clock) {
        this(directory, durable, host, port, clock, ApiServerOptions.NONE);
    }

    /** A server in memory that only clients in this JVM reach. */
    public static ApiServerConfig inMemory(Clock clock) {
        return new ApiServerConfig(null, false, "", 0, clock);
    }

    /** The same, but listening on {@code host} and {@code port}. */
    public ApiServerConfig listeningOn(String host, int port) {
        return new ApiServerConfig(directory, durable, host, port, clock, options);
    }

    /** The same with flags of kube-apiserver. */
    public ApiServerConfig with(ApiServerOptions other) {
        return new ApiServerConfig(directory, durable, host, port, clock, other);
    }

    Path file(String name) {
        return Objects.requireNonNull(directory).resolve(name);
    }
}
