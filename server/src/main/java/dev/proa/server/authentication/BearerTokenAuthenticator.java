package dev.proa.server.authentication;

import dev.proa.server.auth.Authentication;
import dev.proa.server.auth.Authenticator;
import dev.proa.server.auth.Credentials;
import dev.proa.server.auth.UserInfo;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Authenticates requests by the token in their {@code Authorization} header, which one of several kinds of tokens has to know. */
public final class BearerTokenAuthenticator implements Authenticator {
    private static final Authentication INVALID = new Authentication.Invalid("invalid bearer token");

    private final List<TokenAuthenticator> kinds;

    public BearerTokenAuthenticator(TokenAuthenticator... kinds) {
        this.kinds = List.of(kinds);
    }

    @Override
    public Authentication authenticate(Credentials credentials) {
        String token = credentials.bearerToken();
        if (token == null) {
            return Authentication.NO_OPINION;
        }
        for (TokenAuthenticator kind : kinds) {
            @Nullable UserInfo user = kind.authenticate(token);
            if (user != null) {
                return new Authentication.Authenticated(user);
            }
        }
        return INVALID;
    }

    @Override
    public boolean mayBlock(Credentials credentials) {
        String token = credentials.bearerToken();
        return token != null && kinds.stream().anyMatch(kind -> kind.mayBlock(token));
    }
}
