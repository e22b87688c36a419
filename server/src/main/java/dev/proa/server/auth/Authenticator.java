package dev.proa.server.auth;

import dev.proa.server.authentication.UnionAuthenticator;

/**
 * Finds out who makes a request, by credentials of one kind. Several make a {@link UnionAuthenticator}. Safe for any thread.
 *
 * <p>An exception fails the request with 500: nobody is taken for somebody because an authenticator is broken.
 */
public interface Authenticator {

    /** Looks at the credentials of a request. */
    Authentication authenticate(Credentials credentials);

    /** Whether {@link #authenticate} may wait, or compute for long, for these credentials; if so it is not called on event loops. */
    default boolean mayBlock(Credentials credentials) {
        return false;
    }
}
