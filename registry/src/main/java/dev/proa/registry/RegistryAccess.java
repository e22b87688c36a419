package dev.proa.registry;

import java.security.cert.X509Certificate;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Who may use a registry. Called on threads that may block; safe for any thread. An exception fails the request with 500. */
public interface RegistryAccess {

    /** What somebody wants to do in a repository. */
    enum Action {
        /** Read manifests, blobs and lists. */
        PULL,
        /** Upload blobs, write manifests and tags. */
        PUSH,
        /** Delete tags, manifests and blobs. */
        DELETE
    }

    /**
     * What a request brings to prove who makes it.
     *
     * @param certificate what the client has shown in the TLS handshake, not verified; null for none
     * @param token bearer token, or password of the Basic scheme; null for none
     * @param loopback whether the connection came from this machine by its loopback interface
     */
    record Presented(
            @Nullable X509Certificate certificate, @Nullable String token, boolean loopback) {}

    /** Finds out who makes a request; empty when the credentials are missing or not valid, and the registry is closed to strangers. */
    Optional<Identity> authenticate(Presented presented);

    /**
     * Whether somebody may do something.
     *
     * @param host whose repository it is: empty for the registry's own, else the host that the registry is a mirror of, such as {@code docker.io}
     * @param repository its path, as in {@code team/app}
     */
    boolean may(Identity who, Action action, String host, String repository);
}
