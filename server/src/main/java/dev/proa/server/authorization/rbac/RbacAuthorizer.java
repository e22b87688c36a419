package dev.proa.server.authorization.rbac;

import dev.proa.server.auth.AuthorizationAttributes;
import dev.proa.server.auth.Authorizer;
import dev.proa.server.auth.UserInfo;
import dev.proa.server.store.Snapshot;
import dev.proa.server.store.Store;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Allows what the roles allow that a user has by a binding: Kubernetes' authorization mode {@code RBAC}. What it takes depends on the
 * bindings of the user, not on all of them.
 */
public final class RbacAuthorizer implements Authorizer {
    private final Store store;
    private final Bindings bindings;
    private final Roles roles = new Roles();

    public RbacAuthorizer(Store store) {
        this.store = store;
        this.bindings = new Bindings(store);
    }

    /**
     * What a user may do, as far as it is known.
     *
     * @param missing roles that the user has and that are not there
     */
    public record Granted(List<PolicyRule> rules, List<MissingRole> missing) {
        public Granted {
            rules = List.copyOf(rules);
            missing = List.copyOf(missing);
        }
    }

    @Override
    public Decision authorize(AuthorizationAttributes asked) {
        Search search = new Search(asked, store.snapshot());
        bindings.visit(asked.user(), asked.namespace(), search::goesOn);
        return search.decision();
    }

    /** Looks for a rule that allows something. */
    private final class Search {
        private final AuthorizationAttributes asked;
        private final Snapshot snapshot;
        private @Nullable Decision allowed;
        private @Nullable Set<MissingRole> missing;

        Search(AuthorizationAttributes asked, Snapshot snapshot) {
            this.asked = asked;
            this.snapshot = snapshot;
        }

        boolean goesOn(Binding binding) {
            try {
                for (PolicyRule rule : rules(snapshot, binding)) {
                    if (rule.allows(asked)) {
                        allowed = binding.decision(asked.user());
                        return false;
                    }
                }
            } catch (Roles.MissingException e) {
                if (missing == null) {
                    missing = new LinkedHashSet<>();
                }
                missing.add(e.role());
            }
            return true;
        }

        Decision decision() {
            if (allowed != null) {
                return allowed;
            }
            return missing == null
                    ? Decision.NO_OPINION
                    : Decision.noOpinion("RBAC: "
                            + errors(missing.stream().map(MissingRole::message).toList()));
        }
    }

    private List<PolicyRule> rules(Snapshot snapshot, Binding binding) throws Roles.MissingException {
        return roles.rules(
                snapshot, binding.roleKind(), binding.roleName(), binding.key().namespace());
    }

    /**
     * The rules of all roles that a user has in a namespace.
     *
     * @param namespace empty for those of the cluster alone
     */
    public Granted granted(UserInfo user, String namespace) {
        Snapshot snapshot = store.snapshot();
        Set<Binding> mine = new LinkedHashSet<>();
        bindings.visit(user, namespace, binding -> {
            mine.add(binding);
            return true;
        });
        List<PolicyRule> rules = new ArrayList<>();
        Set<MissingRole> missing = new LinkedHashSet<>();
        for (Binding binding : mine) {
            try {
                rules.addAll(rules(snapshot, binding));
            } catch (Roles.MissingException e) {
                missing.add(e.role());
            }
        }
        return new Granted(rules, List.copyOf(missing));
    }

    /**
     * The rules of a role.
     *
     * @param kind {@code Role} or {@code ClusterRole}
     * @param namespace of the binding that refers to it; empty for one of the cluster
     * @return null when there is no such role
     */
    public @Nullable List<PolicyRule> ofRole(String kind, String name, String namespace) {
        try {
            return roles.rules(store.snapshot(), kind, name, namespace);
        } catch (Roles.MissingException e) {
            return null;
        }
    }

    /** Several errors in a line, as Go joins them. */
    public static String errors(List<String> messages) {
        return messages.size() == 1 ? messages.getFirst() : "[" + String.join(", ", messages) + "]";
    }
}
