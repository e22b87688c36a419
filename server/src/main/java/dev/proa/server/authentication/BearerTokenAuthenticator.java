package dev.proa.server.authentication;

import dev.proa.server.auth.Authentication;
import dev.proa.server.auth.Authenticator;
import dev.proa.server.auth.Credentials;
import dev.proa.server.auth.TokenAuthenticator;

/** Authenticates requests by the token in their {@code Authorization} header. */
public final class BearerTokenAuthenticator implements Authenticator {
    private final TokenAuthenticator tokens;

    public BearerTokenAuthenticator(TokenAuthenticator tokens) {
        this.tokens = tokens;
    }

    @Override
    public Authentication authenticate(Credentials credentials) {
        String token = credentials.bearerToken();
        return token == null
                ? Authentication.NO_OPINION
                : orInvalid(tokens.authenticate(token, credentials.audiences()));
    }

    /** A token that nobody knows is not valid. */
    static Authentication orInvalid(Authentication answer) {
        return answer instanceof Authentication.NoOpinion ? new Authentication.Invalid("invalid bearer token") : answer;
    }

    @Override
    public boolean mayBlock(Credentials credentials) {
        String token = credentials.bearerToken();
        return token != null && tokens.mayBlock(token);
    }
}
