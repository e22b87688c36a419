package dev.proa.image.registry;

import org.jspecify.annotations.Nullable;

/**
 * How to push.
 *
 * @param credentials for the registry, or null for none
 * @param referrers whether signatures, attestations and other artifacts about what is pushed go with it
 * @param listener is told how it goes
 */
public record PushOptions(
        @Nullable RegistryCredentials credentials, boolean referrers, TransferEvent.Listener listener) {

    /** With referrers, and without anybody who is told. */
    public PushOptions(@Nullable RegistryCredentials credentials) {
        this(credentials, true, TransferEvent.Listener.NONE);
    }
}
