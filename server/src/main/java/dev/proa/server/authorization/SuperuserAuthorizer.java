package dev.proa.server.authorization;

import dev.proa.server.auth.AuthorizationAttributes;
import dev.proa.server.auth.Authorizer;
import dev.proa.server.auth.UserInfo;

/** Allows members of {@code system:masters} everything. */
public final class SuperuserAuthorizer implements Authorizer {
    private static final Decision ALLOWED = Decision.allow("");

    @Override
    public Decision authorize(AuthorizationAttributes attributes) {
        return attributes.user().in(UserInfo.MASTERS) ? ALLOWED : Decision.NO_OPINION;
    }
}
