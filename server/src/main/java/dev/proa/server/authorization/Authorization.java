package dev.proa.server.authorization;

import dev.proa.server.auth.Authorizer;
import dev.proa.server.authorization.rbac.RbacAuthorizer;
import dev.proa.server.store.Store;
import java.util.List;

/**
 * How an API server authorizes requests.
 *
 * @param authorizer decides
 * @param roles what users may do by their roles, which they need in order to grant it to others
 * @param rules what users may do by all authorizers
 */
public record Authorization(Authorizer authorizer, RbacAuthorizer roles, RuleResolver rules) {

    /** Health checks are for everybody, everything is for the superuser; then nodes, and roles. */
    public static Authorization standard(Store store) {
        RbacAuthorizer roles = new RbacAuthorizer(store);
        return new Authorization(
                new UnionAuthorizer(
                        new PathAuthorizer("/healthz", "/livez", "/readyz"),
                        new SuperuserAuthorizer(),
                        new NodeAuthorizer(store),
                        roles),
                roles,
                RuleResolver.all(List.of(RuleResolver.ofNodes(), RuleResolver.of(roles))));
    }

    /** With another authorizer. */
    public Authorization with(Authorizer other) {
        return new Authorization(other, roles, rules);
    }
}
