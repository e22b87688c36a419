package dev.proa.server.admission;

import dev.proa.api.codec.GoText;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.MapValue;
import dev.proa.server.auth.AuthorizationAttributes;
import dev.proa.server.auth.Authorizer;
import dev.proa.server.auth.UserInfo;
import dev.proa.server.authorization.rbac.Coverage;
import dev.proa.server.authorization.rbac.PolicyRule;
import dev.proa.server.authorization.rbac.RbacAuthorizer;
import dev.proa.server.authorization.rbac.RbacAuthorizer.Granted;
import java.util.List;

/**
 * Keeps users from granting more than they may do themselves: who writes a role, or binds one, must have its permissions, or be allowed
 * to {@code escalate} roles or to {@code bind} that role. It is no plugin, since it cannot be turned off. Safe for any thread.
 */
public final class GrantCheck {
    private static final String GROUP = "rbac.authorization.k8s.io";
    private static final List<PolicyRule> EVERYTHING = List.of(
            PolicyRule.of(List.of("*"), List.of("*"), List.of("*")), PolicyRule.ofPaths(List.of("*"), List.of("*")));

    private final Authorizer authorizer;
    private final RbacAuthorizer roles;

    public GrantCheck(Authorizer authorizer, RbacAuthorizer roles) {
        this.authorizer = authorizer;
        this.roles = roles;
    }

    /**
     * Checks what is to be written, once it was mutated.
     *
     * @throws StatusException (Forbidden) with the permissions that are missing; (NotFound) when a role to be bound is not there
     */
    public void check(AdmissionAttributes request) {
        if (!request.type().group().equals(GROUP)
                || request.operation() == AdmissionAttributes.Operation.DELETE
                || request.user().in(UserInfo.MASTERS)
                || isForTheGarbageCollector(request)) {
            return;
        }
        switch (request.type().plural()) {
            case "roles", "clusterroles" -> {
                if (!allowed(request, "escalate", request.type().plural(), requestedName(request))) {
                    checkRole(request);
                }
            }
            case "rolebindings", "clusterrolebindings" -> checkBinding(request);
            default -> {}
        }
    }

    /** The name in the path of the request: that of a new object is in its body only. */
    private static String requestedName(AdmissionAttributes request) {
        return request.operation() == AdmissionAttributes.Operation.CREATE ? "" : request.name();
    }

    /** Whether an update changes owners and finalizers only. */
    private static boolean isForTheGarbageCollector(AdmissionAttributes request) {
        return request.operation() == AdmissionAttributes.Operation.UPDATE
                && withoutOwners(request.object()).equals(withoutOwners(request.old()));
    }

    private static MapValue withoutOwners(MapValue object) {
        return object.withMap(
                "metadata",
                metadata -> metadata.without("ownerReferences")
                        .without("finalizers")
                        .without("managedFields"));
    }

    private boolean allowed(AdmissionAttributes request, String verb, String plural, String name) {
        return authorizer
                .authorize(new AuthorizationAttributes(
                        request.user(), verb, GROUP, "*", plural, "", request.namespace(), name, ""))
                .allowed();
    }

    private void checkRole(AdmissionAttributes request) {
        Granted held = roles.granted(request.user(), request.namespace());
        require(request, held, PolicyRule.listOf(request.object()));
        if ((aggregates(request.object()) || aggregates(request.old()))
                && !Coverage.missing(held.rules(), EVERYTHING).isEmpty()) {
            throw forbidden(request, "must have cluster-admin privileges to use the aggregationRule");
        }
    }

    private static boolean aggregates(MapValue role) {
        return !role.map("aggregationRule").list("clusterRoleSelectors").isEmpty();
    }

    private void checkBinding(AdmissionAttributes request) {
        MapValue reference = request.object().map("roleRef");
        String kind = reference.string("kind");
        String name = reference.string("name");
        boolean mayBind = reference.string("apiGroup").equals(GROUP)
                && switch (kind) {
                    case "ClusterRole" -> allowed(request, "bind", "clusterroles", name);
                    case "Role" -> allowed(request, "bind", "roles", name);
                    default -> false;
                };
        if (mayBind) {
            return;
        }
        List<PolicyRule> wanted = roles.ofRole(kind, name, request.namespace());
        if (wanted == null) {
            throw StatusException.notFound(request.resource(), name);
        }
        require(request, roles.granted(request.user(), request.namespace()), wanted);
    }

    private static void require(AdmissionAttributes request, Granted held, List<PolicyRule> wanted) {
        List<String> missing = Coverage.missing(held.rules(), wanted);
        if (!missing.isEmpty()) {
            UserInfo user = request.user();
            throw forbidden(
                    request,
                    "user " + GoText.quote(user.name()) + " (groups=" + PolicyRule.quoted(user.groups())
                            + ") is attempting to grant RBAC permissions not currently held:\n"
                            + String.join("\n", missing)
                            + errors(request, held));
        }
    }

    private static String errors(AdmissionAttributes request, Granted held) {
        return held.missing().isEmpty()
                ? ""
                : "; resolution errors: ["
                        + RbacAuthorizer.errors(held.missing().stream()
                                .map(role -> role.message(request.resource()))
                                .toList())
                        + "]";
    }

    private static StatusException forbidden(AdmissionAttributes request, String why) {
        return StatusException.forbidden(
                request.resource(), request.object().map("metadata").string("name"), why);
    }
}
