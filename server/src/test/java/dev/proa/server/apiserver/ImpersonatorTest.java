package dev.proa.server.apiserver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proa.api.status.StatusException;
import dev.proa.server.auth.AuthorizationAttributes;
import dev.proa.server.auth.Authorizer;
import dev.proa.server.auth.UserInfo;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Acting as another user: what has to be allowed for it, in the modes of KEP-5284. */
class ImpersonatorTest {
    private static final UserInfo AGENT = new UserInfo(
            "system:serviceaccount:agents:agent",
            "",
            List.of(),
            Map.of(
                    "authentication.kubernetes.io/node-name", List.of("n1"),
                    "authentication.kubernetes.io/pod-name", List.of("p")));

    private final List<String> asked = new ArrayList<>();
    private final List<AuthorizationAttributes> attributes = new ArrayList<>();
    private Set<String> allowed = Set.of();

    private final Impersonator impersonator = new Impersonator(
            what -> {
                String line = what.verb() + " " + what.resourceAndSubresource()
                        + (what.group().isEmpty() ? "" : "." + what.group()) + " " + what.namespace() + "/"
                        + what.name();
                asked.add(line);
                attributes.add(what);
                return allowed.contains(line) || allowed.contains(what.verb())
                        ? Authorizer.Decision.allow("")
                        : Authorizer.Decision.NO_OPINION;
            },
            new PrometheusRegistry());

    private static AuthorizationAttributes listPods(UserInfo who) {
        return new AuthorizationAttributes(who, "list", "", "v1", "pods", "", "default", "", "");
    }

    private static UserInfo wanted(String name, String... groups) {
        return new UserInfo(name, "", List.of(groups), Map.of());
    }

    @Test
    void aServiceAccountMayActAsItsOwnNode() {
        allowed = Set.of(
                "impersonate-on:associated-node:list pods default/",
                "impersonate:associated-node nodes.authentication.k8s.io /*");
        Impersonated node = impersonator.impersonate(wanted("system:node:n1"), listPods(AGENT));
        assertThat(node.user())
                .isEqualTo(
                        new UserInfo("system:node:n1", "", List.of("system:nodes", "system:authenticated"), Map.of()));
        assertThat(node.constraint()).isEqualTo("impersonate:associated-node");
        assertThat(attributes.getLast().user().extra())
                .as("whichever node it is")
                .isEqualTo(Map.of(
                        "authentication.kubernetes.io/associated-node-keys",
                        List.of("authentication.kubernetes.io/node-name", "authentication.kubernetes.io/pod-name")));
        assertThatThrownBy(() -> impersonator.impersonate(wanted("system:node:n2"), listPods(AGENT)))
                .isInstanceOf(StatusException.class)
                .hasMessageContaining("cannot impersonate-on:arbitrary-node:list resource \"pods\"");
    }

    @Test
    void aNodeHasTheGroupsOfNodesUnlessItIsALegacyRight() {
        allowed = Set.of(
                "impersonate-on:arbitrary-node:list pods default/",
                "impersonate:arbitrary-node nodes.authentication.k8s.io /n2");
        assertThat(impersonator
                        .impersonate(wanted("system:node:n2"), listPods(UserInfo.of("a")))
                        .user()
                        .groups())
                .containsExactly("system:nodes", "system:authenticated");
        allowed = Set.of("impersonate users /system:node:n2", "impersonate groups /g");
        Impersonated legacy = impersonator.impersonate(wanted("system:node:n2", "g"), listPods(UserInfo.of("b")));
        assertThat(legacy.user().groups()).containsExactly("g", "system:authenticated");
        assertThat(legacy.constraint()).isEmpty();
    }

    @Test
    void theModeThatLetAUserInIsTriedFirst() {
        allowed = Set.of("impersonate");
        UserInfo admin = UserInfo.of("admin");
        impersonator.impersonate(wanted("jane"), listPods(admin));
        assertThat(asked).containsExactly("impersonate-on:user-info:list pods default/", "impersonate users /jane");
        asked.clear();
        impersonator.impersonate(wanted("jane"), listPods(admin));
        assertThat(asked).containsExactly("impersonate users /jane");
        allowed = Set.of();
        assertThatThrownBy(() -> impersonator.impersonate(wanted("jane"), listPods(admin)))
                .hasMessageContaining("cannot impersonate resource \"users\" in API group \"\" at the cluster scope");
    }

    @Test
    void eachPartOfAnIdentityHasToBeAllowed() {
        UserInfo jane =
                new UserInfo("jane", "7", List.of("a", "b"), Map.of("example.com/scope", List.of("read", "write")));
        allowed = Set.of("impersonate-on:user-info:list", "impersonate:user-info");
        assertThat(impersonator
                        .impersonate(jane, listPods(UserInfo.of("x")))
                        .user()
                        .groups())
                .containsExactly("a", "b", "system:authenticated");
        assertThat(asked)
                .containsExactly(
                        "impersonate-on:user-info:list pods default/",
                        "impersonate:user-info users.authentication.k8s.io /jane",
                        "impersonate:user-info uids.authentication.k8s.io /7",
                        "impersonate:user-info groups.authentication.k8s.io /a",
                        "impersonate:user-info groups.authentication.k8s.io /b",
                        "impersonate:user-info userextras/example.com/scope.authentication.k8s.io /read",
                        "impersonate:user-info userextras/example.com/scope.authentication.k8s.io /write");
        asked.clear();
        impersonator.impersonate(wanted("jane", "a", "b", "c", "d"), listPods(UserInfo.of("x")));
        assertThat(asked).as("many at once").endsWith("impersonate:user-info groups.authentication.k8s.io /*");
    }

    @Test
    void someIdentitiesAreForNobody() {
        allowed = Set.of("impersonate-on:user-info:list", "impersonate:user-info");
        UserInfo who = UserInfo.of("x");
        assertThatThrownBy(() -> impersonator.impersonate(wanted("jane", "system:masters"), listPods(who)))
                .hasMessageContaining("impersonating the system:masters group is not allowed");
        assertThatThrownBy(() -> impersonator.impersonate(wanted("jane", ""), listPods(who)))
                .hasMessageContaining("impersonating the empty string group is not allowed");
        for (Map<String, List<String>> extra : List.of(
                Map.of("scope", List.of("a")), Map.of("", List.of("a")), Map.of("example.com/a", List.of("")))) {
            assertThatThrownBy(
                            () -> impersonator.impersonate(new UserInfo("jane", "", List.of(), extra), listPods(who)))
                    .as("%s", extra)
                    .isInstanceOf(StatusException.class);
        }
    }

    @Test
    void nobodyIsNotAuthenticated() {
        allowed = Set.of("impersonate");
        assertThat(impersonator
                        .impersonate(wanted("system:anonymous"), listPods(UserInfo.of("a")))
                        .user()
                        .groups())
                .containsExactly("system:unauthenticated");
        assertThat(impersonator
                        .impersonate(wanted("jane", "system:unauthenticated"), listPods(UserInfo.of("a")))
                        .user()
                        .groups())
                .containsExactly("system:unauthenticated");
        assertThat(impersonator
                        .impersonate(wanted("system:serviceaccount:a:b"), listPods(UserInfo.of("a")))
                        .user()
                        .groups())
                .containsExactly("system:serviceaccounts", "system:serviceaccounts:a", "system:authenticated");
    }
}
