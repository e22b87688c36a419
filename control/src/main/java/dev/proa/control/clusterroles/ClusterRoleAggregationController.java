package dev.proa.control.clusterroles;

import dev.proa.api.rbac.v1.ClusterRole;
import dev.proa.api.selector.LabelSelector;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.client.ResourceClient;
import dev.proa.client.informer.Informer;
import dev.proa.client.reconcile.Reconciler.Result;
import dev.proa.control.shared.ControlContext;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Gives each ClusterRole that has an {@code aggregationRule} the rules of those that it selects, in the order of their names. */
public final class ClusterRoleAggregationController {
    private final Informer<ClusterRole> roles;
    private final ResourceClient<ClusterRole> client;

    public ClusterRoleAggregationController(ControlContext shared) {
        ControlContext context = shared.as("clusterrole-aggregation-controller");
        this.roles = context.informers().informer(ClusterRole.KIND);
        this.client = context.client().resource(ClusterRole.KIND);
        // Any role may be one that another selects, or has selected so far.
        context.<String>controller("clusterrole-aggregation-controller", this::reconcile)
                .watchAll(
                        roles,
                        (role, names) -> roles.list().stream()
                                .filter(ClusterRoleAggregationController::aggregates)
                                .forEach(aggregated -> names.accept(aggregated.name())));
    }

    private static boolean aggregates(ClusterRole role) {
        return role.value().has("aggregationRule");
    }

    private Result reconcile(String name) {
        ClusterRole role = roles.get("", name);
        if (role == null || !aggregates(role)) {
            return Result.DONE;
        }
        ListValue rules = rules(role, roles.list());
        if (!rules.equals(role.value().list("rules"))) {
            try {
                client.update(new ClusterRole(role.value().with("rules", rules)));
            } catch (StatusException e) {
                if (e.code() != 404) {
                    throw e;
                }
            }
        }
        return Result.DONE;
    }

    /** The rules that a role should have: each once. */
    static ListValue rules(ClusterRole aggregated, Collection<ClusterRole> all) {
        List<ClusterRole> sorted =
                all.stream().sorted(Comparator.comparing(ClusterRole::name)).toList();
        ListValue rules = ListValue.EMPTY;
        for (@Nullable
        Object selector : aggregated.value().map("aggregationRule").list("clusterRoleSelectors")) {
            LabelSelector matcher = LabelSelector.of((MapValue) selector);
            for (ClusterRole role : sorted) {
                if (role.name().equals(aggregated.name())
                        || !matcher.matches(role.value().map("metadata").map("labels"))) {
                    continue;
                }
                for (@Nullable Object rule : role.value().list("rules")) {
                    if (!rules.contains(rule)) {
                        rules = rules.plus(rule);
                    }
                }
            }
        }
        return rules;
    }
}
