package dev.proa.delivery.git;

import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.util.Optional;

/** Who somebody is, and what a user may do with repositories. Methods block and may be called from any thread. */
public interface GitAccess {
    /** Whose a bearer token is; empty when it is nobody's. */
    Optional<GitUser> byToken(String token);

    /** Whose a client certificate is, of which the client has proved that it has the key; empty when the cluster does not trust it. */
    Optional<GitUser> byCertificate(X509Certificate certificate);

    /** Whose a public key is; the client has still to prove that it has the other half. */
    Optional<GitUser> byKey(PublicKey key);

    /**
     * Whether a user may do something with a repository.
     *
     * @param verb {@code get} to fetch, {@code update} to push, {@code create} to make it
     */
    boolean may(GitUser user, String verb, RepositoryName repository);
}
