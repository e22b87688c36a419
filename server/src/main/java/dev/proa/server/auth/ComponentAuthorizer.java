package dev.proa.server.auth;

import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Lets administrators and the cluster's own components act, everybody find out what there is and who they are, and nobody do
 * anything else. The roles of RBAC take its place. What nodes may do, {@link NodeAuthorizer} says.
 */
public final class ComponentAuthorizer implements Authorizer {
    private static final Set<String> COMPONENTS =
            Set.of("system:kube-controller-manager", "system:kube-scheduler", "system:apiserver");
    /** The service proxy and the DNS server of a node: the role {@code system:node-proxier}. */
    private static final List<Rule> PROXY = List.of(
            Rule.of(Set.of("list", "watch"), "", "services", "endpoints"),
            Rule.of(Rule.READ, "", "nodes"),
            Rule.of(Set.of("list", "watch"), "discovery.k8s.io", "endpointslices"),
            Rule.of(Set.of("list", "watch"), "networking.k8s.io", "servicecidrs"),
            new Rule(Set.of("create", "update", "patch"), Set.of("", "events.k8s.io"), Set.of("events")));
    /** The one view of pods and services that simulated nodes of a process share. */
    private static final List<Rule> SIMULATION = List.of(Rule.of(Set.of("list", "watch"), "", "pods", "services"));

    private static final Map<String, List<Rule>> ROLES =
            Map.of("system:kube-proxy", PROXY, "system:proa:simulation", SIMULATION);
    private static final Set<String> PUBLIC_PATHS = Set.of("/healthz", "/livez", "/readyz", "/version", "/version/");
    /** By which others can verify tokens of service accounts. */
    private static final Set<String> ISSUER_PATHS = Set.of("/.well-known/openid-configuration", "/openid/v1/jwks");

    private static final Set<String> SELF_REVIEWS =
            Set.of("selfsubjectaccessreviews", "selfsubjectrulesreviews", "selfsubjectreviews");

    private static final Decision COMPONENT = new Decision(true, "component of the cluster");
    private static final Decision DISCOVERY = new Decision(true, "everybody may find out what there is");

    @Override
    public Decision authorize(Attributes attributes) {
        UserInfo user = attributes.user();
        if (user.in(UserInfo.MASTERS)) {
            return new Decision(true, "");
        }
        if (isComponent(user)) {
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

    private static boolean isDiscovery(String path) {
        return path.equals("/api")
                || path.startsWith("/api/")
                || path.equals("/apis")
                || path.startsWith("/apis/")
                || path.equals("/openapi")
                || path.startsWith("/openapi/");
    }
}
