package dev.proa.server.authorization;

import dev.proa.server.auth.AuthorizationAttributes;
import dev.proa.server.auth.Authorizer;
import dev.proa.server.auth.UserInfo;
import dev.proa.server.authorization.rbac.PolicyRule;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Allows the cluster's own components everything, and every user discovery and questions about itself, as long as there are no roles of
 * RBAC to say so.
 */
public final class ComponentAuthorizer implements Authorizer {
    private static final Set<String> COMPONENTS =
            Set.of("system:kube-controller-manager", "system:kube-scheduler", "system:apiserver");
    /** The service proxy and the DNS server of a node: the role {@code system:node-proxier}. */
    private static final List<PolicyRule> PROXY = List.of(
            PolicyRule.of(List.of("list", "watch"), List.of(""), List.of("services", "endpoints")),
            PolicyRule.of(List.of("get", "list", "watch"), List.of(""), List.of("nodes")),
            PolicyRule.of(List.of("list", "watch"), List.of("discovery.k8s.io"), List.of("endpointslices")),
            PolicyRule.of(List.of("list", "watch"), List.of("networking.k8s.io"), List.of("servicecidrs")),
            PolicyRule.of(List.of("create", "update", "patch"), List.of("", "events.k8s.io"), List.of("events")));
    /** The one view of pods and services that simulated nodes of a process share. */
    private static final List<PolicyRule> SIMULATION =
            List.of(PolicyRule.of(List.of("list", "watch"), List.of(""), List.of("pods", "services")));

    private static final Map<String, List<PolicyRule>> ROLES =
            Map.of("system:kube-proxy", PROXY, "system:proa:simulation", SIMULATION);
    private static final Set<String> PUBLIC_PATHS = Set.of("/version", "/version/");
    /** By which others can verify tokens of service accounts. */
    private static final Set<String> ISSUER_PATHS = Set.of("/.well-known/openid-configuration", "/openid/v1/jwks");

    private static final Set<String> SELF_REVIEWS =
            Set.of("selfsubjectaccessreviews", "selfsubjectrulesreviews", "selfsubjectreviews");

    private static final Decision COMPONENT = Decision.allow("component of the cluster");
    private static final Decision DISCOVERY = Decision.allow("everybody may find out what there is");

    @Override
    public Decision authorize(AuthorizationAttributes attributes) {
        UserInfo user = attributes.user();
        if (isComponent(user) && !isKubelet(attributes)) {
            return COMPONENT;
        }
        if (ROLES.getOrDefault(user.name(), List.of()).stream().anyMatch(rule -> rule.allows(attributes))) {
            return COMPONENT;
        }
        if (attributes.isResource()) {
            boolean review = attributes.verb().equals("create")
                    && SELF_REVIEWS.contains(attributes.resource())
                    && (attributes.group().equals("authorization.k8s.io")
                            || attributes.group().equals("authentication.k8s.io"))
                    && user.in(UserInfo.AUTHENTICATED);
            return review ? DISCOVERY : Decision.NO_OPINION;
        }
        if (!attributes.verb().equals("get")) {
            return Decision.NO_OPINION;
        }
        boolean open = PUBLIC_PATHS.contains(attributes.path())
                || user.in(UserInfo.AUTHENTICATED) && isDiscovery(attributes.path())
                || user.in("system:serviceaccounts") && ISSUER_PATHS.contains(attributes.path());
        return open ? DISCOVERY : Decision.NO_OPINION;
    }

    private static boolean isComponent(UserInfo user) {
        return COMPONENTS.contains(user.name()) || user.in("system:proa");
    }

    /** Whether a request is for a kubelet, which authorizes its callers by subresources of its node. */
    private static boolean isKubelet(AuthorizationAttributes attributes) {
        return attributes.group().isEmpty()
                && attributes.resource().equals("nodes")
                && !attributes.subresource().isEmpty()
                && !attributes.subresource().equals("status");
    }

    private static boolean isDiscovery(String path) {
        return path.equals("/api")
                || path.startsWith("/api/")
                || path.equals("/apis")
                || path.startsWith("/apis/")
                || path.equals("/openapi")
                || path.startsWith("/openapi/");
    }
}
