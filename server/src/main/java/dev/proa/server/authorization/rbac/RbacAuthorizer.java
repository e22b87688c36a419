package dev.proa.server.authorization.rbac;

import dev.proa.server.auth.AuthorizationAttributes;
import dev.proa.server.auth.Authorizer;
import dev.proa.server.auth.UserInfo;
import dev.proa.server.store.Snapshot;
import dev.proa.server.store.Store;
import java.util.ArrayList;
import java.util.Collection;
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
     * @param errors roles that are missing
     */
    public record Granted(List<PolicyRule> rules, List<String> errors) {
        public Granted {
            rules = List.copyOf(rules);
            errors = List.copyOf(errors);
        }

        /** The errors in a line; empty when there are none. */
        public String error() {
            return errors.isEmpty() ? "" : joined(errors);
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
        private @Nullable Set<String> errors;

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
                if (errors == null) {
                    errors = new LinkedHashSet<>();
                }
                errors.add(e.getMessage());
            }
            return true;
        }

        Decision decision() {
            if (allowed != null) {
                return allowed;
            }
            return errors == null ? Decision.NO_OPINION : Decision.noOpinion("RBAC: " + joined(errors));
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
        Set<String> errors = new LinkedHashSet<>();
        for (Binding binding : mine) {
            try {
                rules.addAll(rules(snapshot, binding));
            } catch (Roles.MissingException e) {
                errors.add(e.getMessage());
            }
        }
        return new Granted(rules, List.copyOf(errors));
    }

    /**
     * The rules of a role.
     *
     * @param kind {@code Role} or {@code ClusterRole}
     * @param namespace of the binding that refers to it; empty for one of the cluster
     * @return with an error when there is no such role
     */
    public Granted ofRole(String kind, String name, String namespace) {
        try {
            return new Granted(roles.rules(store.snapshot(), kind, name, namespace), List.of());
        } catch (Roles.MissingException e) {
            return new Granted(List.of(), List.of(e.getMessage()));
        }
    }

    /** As Go joins the messages of several errors. */
    private static String joined(Collection<String> errors) {
        return errors.size() == 1 ? errors.iterator().next() : "[" + String.join(", ", errors) + "]";
    }
}
