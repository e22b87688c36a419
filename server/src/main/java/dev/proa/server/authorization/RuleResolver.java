package dev.proa.server.authorization;

import dev.proa.server.auth.NodeIdentity;
import dev.proa.server.auth.UserInfo;
import dev.proa.server.authorization.rbac.MissingRole;
import dev.proa.server.authorization.rbac.PolicyRule;
import dev.proa.server.authorization.rbac.RbacAuthorizer;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Lists what an authorizer allows a user. Safe for any thread. */
@FunctionalInterface
public interface RuleResolver {

    /** @param namespace in which the user wants to know what it may do */
    UserRules rulesFor(UserInfo user, String namespace);

    /** Of the authorizer of nodes, which lists nothing. */
    static RuleResolver ofNodes() {
        return (user, namespace) -> NodeIdentity.nodeOf(user) == null
                ? UserRules.NONE
                : UserRules.unknown("node authorizer does not support user rule resolution");
    }

    /** Of roles. */
    static RuleResolver of(RbacAuthorizer roles) {
        return (user, namespace) -> {
            RbacAuthorizer.Granted granted = roles.granted(user, namespace);
            return new UserRules(
                    granted.rules(),
                    granted.missing().stream().map(MissingRole::message).toList(),
                    false);
        };
    }

    /** Of several authorizers. */
    static RuleResolver all(List<RuleResolver> resolvers) {
        return (user, namespace) -> {
            List<PolicyRule> rules = new ArrayList<>();
            Set<String> errors = new LinkedHashSet<>();
            boolean incomplete = false;
            for (RuleResolver resolver : resolvers) {
                UserRules some = resolver.rulesFor(user, namespace);
                rules.addAll(some.rules());
                errors.addAll(some.errors());
                incomplete |= some.incomplete();
            }
            return new UserRules(rules, List.copyOf(errors), incomplete);
        };
    }
}
