package dev.proa.image.registry;

import dev.proa.image.Platform;
import org.jspecify.annotations.Nullable;

/**
 * How to pull.
 *
 * @param platform chooses one image from an index; null for all that it has, so that the index itself is stored
 * @param credentials for the registry, or null for none
 * @param referrers whether signatures, attestations and other artifacts about the image are pulled too
 * @param listener is told how it goes
 * @param mirror is asked instead of the registry that the image's name says; null for none
 */
public record PullOptions(
        @Nullable Platform platform,
        @Nullable RegistryCredentials credentials,
        boolean referrers,
        TransferEvent.Listener listener,
        @Nullable RegistryMirror mirror) {

    /** Without a mirror. */
    public PullOptions(
            @Nullable Platform platform,
            @Nullable RegistryCredentials credentials,
            boolean referrers,
            TransferEvent.Listener listener) {
        this(platform, credentials, referrers, listener, null);
    }

    /** One platform, without referrers, and without anybody who is told: what a node needs. */
    public PullOptions(Platform platform, @Nullable RegistryCredentials credentials) {
        this(platform, credentials, false, TransferEvent.Listener.NONE);
    }

    /** The same by a mirror. */
    public PullOptions by(RegistryMirror asked) {
        return new PullOptions(platform, credentials, referrers, listener, asked);
    }
}
