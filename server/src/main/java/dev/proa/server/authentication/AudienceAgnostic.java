package dev.proa.server.authentication;

import dev.proa.server.auth.Authentication;
import dev.proa.server.auth.TokenAuthenticator;
import java.util.ArrayList;
import java.util.List;

/** Tokens that name no audience: they are for the API server. */
public final class AudienceAgnostic implements TokenAuthenticator {
    private final List<String> ownAudiences;
    private final TokenAuthenticator tokens;

    public AudienceAgnostic(List<String> ownAudiences, TokenAuthenticator tokens) {
        this.ownAudiences = List.copyOf(ownAudiences);
        this.tokens = tokens;
    }

    @Override
    public Authentication authenticate(String token, List<String> audiences) {
        List<String> shared = new ArrayList<>(ownAudiences);
        shared.retainAll(audiences);
        if (shared.isEmpty()) {
            return Authentication.NO_OPINION;
        }
        Authentication answer = tokens.authenticate(token, audiences);
        return answer instanceof Authentication.Authenticated known ? known.forAudiences(shared) : answer;
    }

    @Override
    public boolean mayBlock(String token) {
        return tokens.mayBlock(token);
    }

    @Override
    public boolean owns(String token) {
        return tokens.owns(token);
    }
}
