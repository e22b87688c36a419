package dev.proa.server.authorization;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.server.auth.AuthorizationAttributes;
import dev.proa.server.auth.Authorizer;
import dev.proa.server.auth.Authorizer.Decision;
import dev.proa.server.auth.Authorizer.Verdict;
import dev.proa.server.auth.NodeIdentity;
import dev.proa.server.auth.UserInfo;
import dev.proa.server.authorization.rbac.TestRoles;
import dev.proa.server.store.MemoryStore;
import org.junit.jupiter.api.Test;

/** How the answers of several authorizers become one. */
class AuthorizerTest {
    private static AuthorizationAttributes asked(UserInfo user, String verb, String resource) {
        return new AuthorizationAttributes(user, verb, "", "v1", resource, "", "default", "", "");
    }

    private static Decision union(Decision... decisions) {
        Authorizer[] authorizers = new Authorizer[decisions.length];
        for (int i = 0; i < decisions.length; i++) {
            Decision decision = decisions[i];
            authorizers[i] = attributes -> decision;
        }
        return new UnionAuthorizer(authorizers).authorize(asked(UserInfo.ANONYMOUS, "get", "pods"));
    }

    @Test
    void theFirstThatAllowsOrDeniesDecides() {
        Decision none = Decision.noOpinion("not mine");
        assertThat(union(none, Decision.allow("yes"), Decision.deny("no"))).isEqualTo(Decision.allow("yes"));
        assertThat(union(none, Decision.deny("no"), Decision.allow("yes"))).isEqualTo(Decision.deny("no"));
        assertThat(union(none, Decision.NO_OPINION, Decision.noOpinion("nor mine")))
                .isEqualTo(Decision.noOpinion("not mine\nnor mine"));
        assertThat(union()).isEqualTo(Decision.NO_OPINION);
    }

    @Test
    void theSuperuserMayAnythingAndEverybodyMaySeeTheHealth() {
        try (MemoryStore store = MemoryStore.inMemory()) {
            TestRoles.bootstrap(store);
            Authorizer authorizer = Authorization.standard(store).authorizer();
            UserInfo master = UserInfo.of("root", UserInfo.MASTERS);
            UserInfo user = UserInfo.of("user");
            assertThat(authorizer.authorize(asked(master, "delete", "secrets")).verdict())
                    .isEqualTo(Verdict.ALLOW);
            assertThat(authorizer.authorize(asked(user, "get", "secrets")).verdict())
                    .isEqualTo(Verdict.NO_OPINION);
            for (String path : new String[] {"/healthz", "/livez", "/readyz", "/version"}) {
                assertThat(authorizer
                                .authorize(AuthorizationAttributes.ofPath(UserInfo.ANONYMOUS, "get", path))
                                .allowed())
                        .as(path)
                        .isTrue();
            }
            assertThat(authorizer
                            .authorize(AuthorizationAttributes.ofPath(UserInfo.ANONYMOUS, "get", "/metrics"))
                            .allowed())
                    .isFalse();
        }
    }

    @Test
    void componentsMayNotAskKubelets() {
        try (MemoryStore store = MemoryStore.inMemory()) {
            TestRoles.bootstrap(store);
            Authorizer authorizer = Authorization.standard(store).authorizer();
            UserInfo scheduler = UserInfo.of("system:kube-scheduler");
            for (String subresource : new String[] {"proxy", "healthz", "log", "metrics", "pods", "stats"}) {
                assertThat(authorizer
                                .authorize(new AuthorizationAttributes(
                                        scheduler, "get", "", "v1", "nodes", subresource, "", "n", ""))
                                .allowed())
                        .as(subresource)
                        .isFalse();
            }
            assertThat(authorizer
                            .authorize(
                                    new AuthorizationAttributes(scheduler, "list", "", "v1", "nodes", "", "", "", ""))
                            .allowed())
                    .isTrue();
        }
    }

    @Test
    void onlyWhatIsDecidedByAGraphMayBlock() {
        try (MemoryStore store = MemoryStore.inMemory()) {
            TestRoles.bootstrap(store);
            Authorizer authorizer = Authorization.standard(store).authorizer();
            assertThat(authorizer.mayBlock(asked(NodeIdentity.of("n"), "get", "secrets")))
                    .isTrue();
            assertThat(authorizer.mayBlock(asked(UserInfo.of("user"), "get", "secrets")))
                    .isFalse();
        }
    }
}
