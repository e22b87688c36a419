package dev.proa.server.authentication;

import dev.proa.server.auth.Authentication;
import dev.proa.server.auth.Authenticator;
import dev.proa.server.auth.Credentials;
import dev.proa.server.auth.UserInfo;

/** Serves requests without credentials as {@code system:anonymous}. */
public final class AnonymousAuthenticator implements Authenticator {
    private static final Authentication ANONYMOUS = new Authentication.Authenticated(UserInfo.ANONYMOUS);

    @Override
    public Authentication authenticate(Credentials credentials) {
        return ANONYMOUS;
    }
}
