package dev.proa.server.authorization;

import dev.proa.server.authorization.rbac.PolicyRule;
import java.util.List;

/**
 * What a user may do, as far as it can be listed.
 *
 * @param errors why some of it is not known
 * @param incomplete whether the user may be allowed more
 */
public record UserRules(List<PolicyRule> rules, List<String> errors, boolean incomplete) {
    /** Nothing. */
    public static final UserRules NONE = new UserRules(List.of(), List.of(), false);

    public UserRules {
        rules = List.copyOf(rules);
        errors = List.copyOf(errors);
    }

    /** What an authorizer allows that cannot list it. */
    public static UserRules unknown(String error) {
        return new UserRules(List.of(), List.of(error), true);
    }
}
