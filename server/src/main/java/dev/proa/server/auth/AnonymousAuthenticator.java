package dev.proa.server.auth;

/** Serves requests without credentials as {@code system:anonymous}. */
public final class AnonymousAuthenticator implements Authenticator {
    private static final Authentication ANONYMOUS = new Authentication.Authenticated(UserInfo.ANONYMOUS);

    @Override
    public Authentication authenticate(Credentials credentials) {
        return ANONYMOUS;
    }
}
