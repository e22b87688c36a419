package dev.proa.server.authorization;

import dev.proa.server.auth.Authorizer;
import dev.proa.server.authorization.rbac.RbacAuthorizer;
import dev.proa.server.store.Store;

/** The authorizers of an API server. */
public final class Authorizers {
    private Authorizers() {}

    /** Health checks are for everybody, everything is for the superuser; then nodes, and the cluster's own components. */
    public static Authorizer standard(Store store) {
        return new UnionAuthorizer(
                new PathAuthorizer("/healthz", "/livez", "/readyz"),
                new SuperuserAuthorizer(),
                new NodeAuthorizer(store),
                new RbacAuthorizer(store),
                new ComponentAuthorizer());
    }
}
