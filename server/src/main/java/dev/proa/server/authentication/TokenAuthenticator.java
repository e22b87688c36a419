package dev.proa.server.authentication;

import dev.proa.server.auth.UserInfo;
import org.jspecify.annotations.Nullable;

/** Finds out whose bearer token something is. Safe for any thread. */
public interface TokenAuthenticator {

    /** The user of a token that is valid for this API server; null when it is not, or not of this kind. */
    @Nullable
    UserInfo authenticate(String token);

    /** Whether {@link #authenticate} may wait, or compute for long, for this token. */
    boolean mayBlock(String token);
}
