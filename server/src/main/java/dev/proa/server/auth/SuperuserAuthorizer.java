package dev.proa.server.auth;

/** Allows members of {@code system:masters} everything. */
public final class SuperuserAuthorizer implements Authorizer {
    private static final Decision ALLOWED = Decision.allow("");

    @Override
    public Decision authorize(AuthorizationAttributes attributes) {
        return attributes.user().in(UserInfo.MASTERS) ? ALLOWED : Decision.NO_OPINION;
    }
}
