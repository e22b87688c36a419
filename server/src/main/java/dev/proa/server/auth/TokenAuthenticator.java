package dev.proa.server.auth;

import java.util.List;

/** Finds out whose bearer token something is. Safe for any thread. */
public interface TokenAuthenticator {

    /**
     * Looks at a token.
     *
     * @param audiences for one of whom the token has to be; never empty
     * @return {@link Authentication#NO_OPINION} when it is no token of this kind
     */
    Authentication authenticate(String token, List<String> audiences);

    /** Whether {@link #authenticate} may wait, or compute for long, for this token. */
    boolean mayBlock(String token);

    /** Whether the token is of this kind for certain, so that no other kind is asked about it. Quick. */
    default boolean owns(String token) {
        return false;
    }
}
