package dev.proa.http;

import com.sun.management.UnixOperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;

/**
 * Limits for the connections to the servers of a {@link io.vertx.core.Vertx}.
 *
 * @param connections open at a time
 * @param strangers of these, how many may be unauthenticated
 * @param headBytes largest request head (request line and headers)
 * @param headers largest number of headers in a request
 * @param unfinishedHeadBytes memory for all request heads that are incomplete
 * @param handshake how long a connection may take for its TLS handshake, then for each request head, and for the rest
 *     of a body once the response is sent
 * @param strangerBytes how many bytes a connection may send before a credential has been verified: more than the
 *     largest body
 * @param idle how long an authenticated connection may be idle
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

    /** An idle connection holds some 60 KB of buffers and TLS state, one in a handshake twice that. */
    private static final long HEAP_EACH = 256 << 10;

    /**
     * Limits derived from the heap and the file descriptors of this process, of which a third is left to everything
     * else.
     */
    public static ConnectionLimits ofProcess() {
        long heap = Runtime.getRuntime().maxMemory();
        long descriptors = ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
                ? unix.getMaxFileDescriptorCount()
                : 1024;
        int connections = (int) Math.clamp(Math.min(heap / HEAP_EACH, descriptors * 2 / 3), 32, 16_384);
        return of(connections, connections / 4);
    }

    /** The usual limits with this many connections, and this many unauthenticated ones among them. */
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
