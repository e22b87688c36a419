package dev.proa.registry;

import dev.proa.image.tar.UnpackLimits;
import java.time.InstantSource;

/**
 * The settings of a registry.
 *
 * @param host by which, with the port of the first listener, the names of its own repositories begin in the store and in pods: for {@code localhost}
 *     they are as {@code localhost:5001/team/app}
 * @param maxBlobBytes the largest blob that it takes
 * @param maxUploads how many uploads may have begun and not ended
 * @param maxRequests how many requests are answered at a time, others wait; nobody has more than half of what others leave
 * @param clock for uploads that are idle
 */
public record RegistrySettings(String host, long maxBlobBytes, int maxUploads, int maxRequests, InstantSource clock) {
    /** A request holds some pieces of a blob, or a manifest; this much of the heap is for each. */
    private static final long HEAP_OF_A_REQUEST = 8 << 20;

    private static final int FEWEST_REQUESTS = 32;

    /** The usual limits. */
    public static RegistrySettings of(String host) {
        long requests = Runtime.getRuntime().maxMemory() / HEAP_OF_A_REQUEST;
        return new RegistrySettings(
                host,
                UnpackLimits.DEFAULT.imageBytes(),
                1_000,
                (int) Math.clamp(requests, FEWEST_REQUESTS, 10_000),
                InstantSource.system());
    }

    /** The same with another limit for blobs. */
    public RegistrySettings withMaxBlobBytes(long bytes) {
        return new RegistrySettings(host, bytes, maxUploads, maxRequests, clock);
    }
}
