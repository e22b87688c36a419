package dev.proa.server.authentication;

import dev.proa.server.auth.Authentication;
import dev.proa.server.auth.Authenticator;
import dev.proa.server.auth.Credentials;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Asks several authenticators in turn; the first that knows a user decides. Of the others, one that finds invalid credentials makes the
 * whole invalid, unless a later one knows the user by other credentials of the same request; all that was found wrong is told together.
 */
public final class UnionAuthenticator implements Authenticator {
    private final List<Authenticator> authenticators;
    private final boolean failsOnInvalid;

    private UnionAuthenticator(boolean failsOnInvalid, Authenticator... authenticators) {
        this.authenticators = List.of(authenticators);
        this.failsOnInvalid = failsOnInvalid;
    }

    /** Goes on to the next authenticator after invalid credentials. */
    public static Authenticator of(Authenticator... authenticators) {
        return new UnionAuthenticator(false, authenticators);
    }

    /** Stops at invalid credentials: whoever sends a wrong token is not served as anonymous. */
    public static Authenticator failingOnInvalid(Authenticator... authenticators) {
        return new UnionAuthenticator(true, authenticators);
    }

    @Override
    public Authentication authenticate(Credentials credentials) {
        Set<String> problems = new LinkedHashSet<>(2);
        for (Authenticator authenticator : authenticators) {
            switch (authenticator.authenticate(credentials)) {
                case Authentication.Authenticated authenticated -> {
                    return authenticated;
                }
                case Authentication.Invalid invalid -> {
                    if (failsOnInvalid) {
                        return invalid;
                    }
                    problems.add(invalid.reason());
                }
                case Authentication.NoOpinion none -> {
                    // the next may know
                }
            }
        }
        return problems.isEmpty()
                ? Authentication.NO_OPINION
                : new Authentication.Invalid(TokenChain.together(problems));
    }

    @Override
    public boolean mayBlock(Credentials credentials) {
        for (Authenticator authenticator : authenticators) {
            if (authenticator.mayBlock(credentials)) {
                return true;
            }
        }
        return false;
    }
}
