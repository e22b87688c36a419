package dev.proa.server.authentication;

import dev.proa.server.auth.Authentication;
import dev.proa.server.auth.TokenAuthenticator;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Asks several kinds of tokens in turn; the first that knows the user decides, or the one that {@linkplain TokenAuthenticator#owns owns} the token.
 * When none does, what they found wrong is told together.
 */
public final class TokenChain implements TokenAuthenticator {
    /** No token that anybody makes is longer; the header of a request has no place for a longer one. */
    private static final int LONGEST = 64 << 10;

    private final List<TokenAuthenticator> kinds;
    private final List<String> ownAudiences;

    /** @param ownAudiences for whom tokens have to be when it is not said */
    public TokenChain(List<String> ownAudiences, List<TokenAuthenticator> kinds) {
        this.ownAudiences = List.copyOf(ownAudiences);
        this.kinds = List.copyOf(kinds);
    }

    @Override
    public Authentication authenticate(String token, List<String> audiences) {
        if (token.length() > LONGEST) {
            return Authentication.NO_OPINION;
        }
        List<String> wanted = audiences.isEmpty() ? ownAudiences : audiences;
        Set<String> problems = new LinkedHashSet<>(2);
        for (TokenAuthenticator kind : kinds) {
            switch (kind.authenticate(token, wanted)) {
                case Authentication.Authenticated known -> {
                    return known;
                }
                case Authentication.Invalid invalid -> problems.add(invalid.reason());
                case Authentication.NoOpinion none -> {
                    // the next may know
                }
            }
            if (kind.owns(token)) {
                break;
            }
        }
        return problems.isEmpty() ? Authentication.NO_OPINION : new Authentication.Invalid(together(problems));
    }

    /** Several problems as Kubernetes says them. */
    static String together(Set<String> problems) {
        List<String> all = new ArrayList<>(problems);
        return all.size() == 1 ? all.getFirst() : "[" + String.join(", ", all) + "]";
    }

    @Override
    public boolean mayBlock(String token) {
        for (TokenAuthenticator kind : kinds) {
            if (kind.mayBlock(token)) {
                return true;
            }
            if (kind.owns(token)) {
                return false;
            }
        }
        return false;
    }
}
