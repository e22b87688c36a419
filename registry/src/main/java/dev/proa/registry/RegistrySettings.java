package dev.proa.registry;

import dev.proa.image.tar.UnpackLimits;
import java.time.InstantSource;

/**
 * The settings of a registry.
 *
 * @param host by which, with the port of the first listener, the names of its own repositories begin in the store and in pods: for {@code localhost}
 *     they are as {@code localhost:5000/team/app}
 * @param maxBlobBytes the largest blob that it takes
 * @param maxUploads how many uploads may have begun and not ended
 * @param clock for uploads that are idle
 */
public record RegistrySettings(String host, long maxBlobBytes, int maxUploads, InstantSource clock) {

    /** The usual limits. */
    public static RegistrySettings of(String host) {
        return new RegistrySettings(host, UnpackLimits.DEFAULT.imageBytes(), 1_000, InstantSource.system());
    }
}
