package dev.proa.server.authentication;

import dev.proa.server.auth.Authentication;
import dev.proa.server.auth.Authenticator;
import dev.proa.server.auth.Credentials;
import dev.proa.server.auth.UserInfo;
import java.util.Set;

/** Serves requests without credentials as {@code system:anonymous}, maybe only those to some paths. */
public final class AnonymousAuthenticator implements Authenticator {
    private static final Authentication ANONYMOUS = new Authentication.Authenticated(UserInfo.ANONYMOUS);

    private final Set<String> paths;

    public AnonymousAuthenticator() {
        this(Set.of());
    }

    /** @param paths of which a request has to have one; empty for any path */
    public AnonymousAuthenticator(Set<String> paths) {
        this.paths = Set.copyOf(paths);
    }

    @Override
    public Authentication authenticate(Credentials credentials) {
        return paths.isEmpty() || paths.contains(credentials.path()) ? ANONYMOUS : Authentication.NO_OPINION;
    }
}
