package dev.proa.http;

import com.sun.management.UnixOperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;

/**
 * What the connections of a {@link io.vertx.core.Vertx} may cost.
 *
 * @param connections open at a time
 * @param strangers of these, that nobody has shown a credential on
 * @param headBytes of the head of a request
 * @param headers of a request
 * @param unfinishedHeadBytes of all heads that have begun and not ended
 * @param handshake how long a connection may take for its TLS handshake, then for the head of a request, and for what comes of a body after
 *     its answer
 * @param strangerBytes that come in on a connection before a credential was examined: more than the largest body
 * @param idle how long a user's connection is kept on which nothing is asked
 */
public record ConnectionLimits(
        int connections,
        int strangers,
        int headBytes,
        int headers,
        long unfinishedHeadBytes,
        Duration handshake,
        long strangerBytes,
        Duration idle) {

    /** A connection that does nothing has some 60 KB of buffers and TLS state, one in a handshake twice that. */
    private static final long HEAP_EACH = 256 << 10;

    /** The limits for this process, by its heap and its descriptors: a third of these is left to everything else. */
    public static ConnectionLimits ofProcess() {
        long heap = Runtime.getRuntime().maxMemory();
        long descriptors = ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
                ? unix.getMaxFileDescriptorCount()
                : 1024;
        int connections = (int) Math.clamp(Math.min(heap / HEAP_EACH, descriptors * 2 / 3), 32, 16_384);
        return of(connections, connections / 4);
    }

    /** So many connections, and so many strangers' among them. */
    public static ConnectionLimits of(int connections, int strangers) {
        return new ConnectionLimits(
                connections,
                strangers,
                64 << 10,
                200,
                Runtime.getRuntime().maxMemory() / 16,
                Duration.ofSeconds(10),
                8 << 20,
                Duration.ofSeconds(90));
    }
}
