package dev.proa.server.authentication;

import dev.proa.server.auth.Authentication;
import dev.proa.server.auth.Authenticator;
import dev.proa.server.auth.Credentials;
import dev.proa.server.auth.UserInfo;
import java.util.List;

/** Puts everyone who proved an identity into the group {@code system:authenticated}. */
final class AuthenticatedGroup implements Authenticator {
    private final Authenticator authenticator;

    AuthenticatedGroup(Authenticator authenticator) {
        this.authenticator = authenticator;
    }

    @Override
    public Authentication authenticate(Credentials credentials) {
        Authentication answer = authenticator.authenticate(credentials);
        if (!(answer instanceof Authentication.Authenticated known)) {
            return answer;
        }
        UserInfo user = known.user();
        List<String> groups = UserInfo.withAuthenticated(user.name(), user.groups());
        return groups.equals(user.groups())
                ? known
                : known.with(new UserInfo(user.name(), user.uid(), groups, user.extra()));
    }

    @Override
    public boolean mayBlock(Credentials credentials) {
        return authenticator.mayBlock(credentials);
    }
}
