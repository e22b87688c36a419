package dev.proa.server.authorization.rbac;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.codec.Yaml;
import dev.proa.api.value.MapValue;
import dev.proa.server.auth.AuthorizationAttributes;
import dev.proa.server.auth.Authorizer.Decision;
import dev.proa.server.auth.Authorizer.Verdict;
import dev.proa.server.auth.UserInfo;
import dev.proa.server.store.Key;
import dev.proa.server.store.MemoryStore;
import dev.proa.server.store.StoredObject;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RbacAuthorizerTest {
    private final MemoryStore store = MemoryStore.inMemory();
    private final RbacAuthorizer authorizer = new RbacAuthorizer(store);

    @BeforeEach
    void roles() {
        put("clusterroles", "", "reader", "{rules: [{verbs: [get, list], apiGroups: [''], resources: [pods]}]}");
        put("roles", "dev", "logs", "{rules: [{verbs: [get], apiGroups: ['*'], resources: ['*/log']}]}");
        put("clusterroles", "", "named", """
                {rules: [{verbs: ['*'], apiGroups: [apps], resources: ['*'], resourceNames: [web]},
                         {verbs: [get], nonResourceURLs: [/metrics, /logs/*]}]}""");
    }

    @AfterEach
    void close() {
        store.close();
    }

    private Key key(String plural, String namespace, String name) {
        return new Key(plural + ".rbac.authorization.k8s.io", namespace, name);
    }

    private void put(String plural, String namespace, String name, String yaml) {
        MapValue object = Yaml.decodeMap(yaml).with("metadata", MapValue.of("name", name, "namespace", namespace));
        Key key = key(plural, namespace, name);
        StoredObject before = store.snapshot().get(key);
        if (before == null) {
            store.create(key, object);
        } else {
            store.update(key, before.revision(), object);
        }
    }

    private void delete(String plural, String namespace, String name) {
        StoredObject before = Objects.requireNonNull(store.snapshot().get(key(plural, namespace, name)));
        store.delete(before.key(), before.revision(), before.value());
    }

    private void bind(String namespace, String name, String role, String subject) {
        put(
                namespace.isEmpty() ? "clusterrolebindings" : "rolebindings",
                namespace,
                name,
                "{roleRef: {kind: %s, name: %s}, subjects: [%s]}"
                        .formatted(
                                role.substring(0, role.indexOf(' ')), role.substring(role.indexOf(' ') + 1), subject));
    }

    private Decision ask(UserInfo user, String verb, String resource, String namespace, String name) {
        int slash = resource.indexOf('/');
        int dot = resource.indexOf('.');
        String plural = resource.substring(0, slash >= 0 ? slash : dot >= 0 ? dot : resource.length());
        return authorizer.authorize(new AuthorizationAttributes(
                user,
                verb,
                dot >= 0 ? resource.substring(dot + 1) : "",
                "v1",
                plural,
                slash >= 0 ? resource.substring(slash + 1) : "",
                namespace,
                name,
                ""));
    }

    private boolean may(UserInfo user, String verb, String resource, String namespace) {
        return ask(user, verb, resource, namespace, "x").allowed();
    }

    @Test
    void rolesOfANamespaceReachNoFurther() {
        UserInfo jane = UserInfo.of("jane");
        bind("dev", "jane-reads", "ClusterRole reader", "{kind: User, name: jane}");
        assertThat(ask(jane, "get", "pods", "dev", ""))
                .isEqualTo(Decision.allow("RBAC: allowed by RoleBinding \"jane-reads/dev\" of ClusterRole \"reader\""
                        + " to User \"jane\""));
        assertThat(may(jane, "get", "pods", "prod")).isFalse();
        assertThat(may(jane, "list", "pods", "")).isFalse();
        assertThat(may(jane, "delete", "pods", "dev")).isFalse();
        assertThat(may(jane, "get", "pods/log", "dev")).isFalse();
        assertThat(may(UserInfo.of("joe"), "get", "pods", "dev")).isFalse();
    }

    @Test
    void rolesOfTheClusterReachEverywhere() {
        bind("", "readers", "ClusterRole reader", "{kind: Group, name: team}");
        UserInfo member = UserInfo.of("x", "other", "team");
        assertThat(ask(member, "list", "pods", "", "").reason())
                .isEqualTo(
                        "RBAC: allowed by ClusterRoleBinding \"readers\" of ClusterRole \"reader\" to Group \"team\"");
        assertThat(may(member, "get", "pods", "dev")).isTrue();
        assertThat(may(UserInfo.of("team"), "get", "pods", "dev")).isFalse();
    }

    @Test
    void serviceAccountsAreOfTheNamespaceOfTheirBindingUnlessItSaysAnother() {
        bind("dev", "b", "Role logs", "{kind: ServiceAccount, name: bot}");
        bind("dev", "c", "Role logs", "{kind: ServiceAccount, name: bot, namespace: ops}");
        UserInfo bot = UserInfo.of("system:serviceaccount:dev:bot");
        assertThat(ask(bot, "get", "pods/log", "dev", "p").reason())
                .isEqualTo("RBAC: allowed by RoleBinding \"b/dev\" of Role \"logs\" to ServiceAccount \"bot/dev\"");
        assertThat(may(UserInfo.of("system:serviceaccount:ops:bot"), "get", "things/log", "dev"))
                .isTrue();
        assertThat(may(UserInfo.of("system:serviceaccount:prod:bot"), "get", "pods/log", "dev"))
                .isFalse();
        assertThat(may(bot, "get", "pods/exec", "dev")).isFalse();
        assertThat(may(bot, "get", "log", "dev")).isFalse();
    }

    @Test
    void rulesWithNamesAllowThoseObjectsOnly() {
        bind("", "b", "ClusterRole named", "{kind: User, name: ops}");
        UserInfo ops = UserInfo.of("ops");
        assertThat(ask(ops, "delete", "deployments.apps", "dev", "web").allowed())
                .isTrue();
        assertThat(ask(ops, "delete", "deployments.apps", "dev", "db").allowed())
                .isFalse();
        assertThat(ask(ops, "list", "deployments.apps", "dev", "").allowed()).isFalse();
        assertThat(ask(ops, "get", "deployments.apps/scale", "dev", "web").allowed())
                .isFalse();
    }

    @Test
    void pathsAreMatchedByTheirBeginning() {
        bind("", "b", "ClusterRole named", "{kind: User, name: ops}");
        for (String path : List.of("/metrics", "/logs/", "/logs/a/b")) {
            assertThat(path(path)).as(path).isTrue();
        }
        for (String path : List.of("/metrics/", "/metric", "/logs", "/")) {
            assertThat(path(path)).as(path).isFalse();
        }
    }

    private boolean path(String path) {
        return authorizer
                .authorize(AuthorizationAttributes.ofPath(UserInfo.of("ops"), "get", path))
                .allowed();
    }

    @Test
    void whatWasGrantedOrTakenCountsFromThenOn() {
        UserInfo jane = UserInfo.of("jane", "team");
        assertThat(may(jane, "get", "pods", "dev")).isFalse();
        bind("dev", "b", "ClusterRole reader", "{kind: User, name: jane}");
        assertThat(may(jane, "get", "pods", "dev")).isTrue();
        bind("dev", "b", "ClusterRole reader", "{kind: Group, name: team}, {kind: Group, name: team}");
        assertThat(may(jane, "get", "pods", "dev")).isTrue();
        put("clusterroles", "", "reader", "{rules: [{verbs: [watch], apiGroups: [''], resources: [pods]}]}");
        assertThat(may(jane, "get", "pods", "dev")).isFalse();
        assertThat(may(jane, "watch", "pods", "dev")).isTrue();
        delete("rolebindings", "dev", "b");
        assertThat(may(jane, "watch", "pods", "dev")).isFalse();
    }

    @Test
    void missingRolesAreNamed() {
        bind("", "a", "ClusterRole gone", "{kind: User, name: jane}");
        assertThat(ask(UserInfo.of("jane"), "get", "pods", "dev", ""))
                .isEqualTo(Decision.noOpinion("RBAC: clusterrole.rbac.authorization.k8s.io \"gone\" not found"));
        bind("dev", "b", "Role lost", "{kind: User, name: jane}");
        Decision both = ask(UserInfo.of("jane"), "get", "pods", "dev", "");
        assertThat(both.verdict()).isEqualTo(Verdict.NO_OPINION);
        assertThat(both.reason())
                .isEqualTo("RBAC: [clusterrole.rbac.authorization.k8s.io \"gone\" not found,"
                        + " role.rbac.authorization.k8s.io \"lost\" not found]");
        bind("dev", "c", "ClusterRole reader", "{kind: User, name: jane}");
        assertThat(may(UserInfo.of("jane"), "get", "pods", "dev")).isTrue();
    }

    @Test
    void allRulesOfAUserAreListedOnce() {
        bind("", "a", "ClusterRole reader", "{kind: User, name: jane}, {kind: Group, name: team}");
        bind("dev", "b", "Role logs", "{kind: User, name: jane}");
        UserInfo jane = UserInfo.of("jane", "team");
        assertThat(authorizer.granted(jane, "").rules())
                .containsExactly(PolicyRule.of(List.of("get", "list"), List.of(""), List.of("pods")));
        assertThat(authorizer.granted(jane, "dev").rules()).hasSize(2);
        bind("dev", "c", "Role lost", "{kind: User, name: jane}");
        assertThat(authorizer.granted(jane, "dev").missing()).containsExactly(new MissingRole("Role", "lost"));
    }

    @Test
    void whatIsNotHeldIsMissing() {
        List<PolicyRule> held = List.of(
                PolicyRule.of(List.of("get", "list"), List.of(""), List.of("pods", "*/log")),
                PolicyRule.ofPaths(List.of("get"), List.of("/logs/*")));
        assertThat(Coverage.missing(held, held)).isEmpty();
        assertThat(Coverage.missing(
                        held,
                        List.of(
                                PolicyRule.of(List.of("get", "watch", "delete"), List.of("", "apps"), List.of("pods")),
                                PolicyRule.of(List.of("get"), List.of(""), List.of("things/log", "pods/exec")),
                                new PolicyRule(List.of("list"), List.of(""), List.of("pods"), List.of("a"), List.of()),
                                PolicyRule.ofPaths(List.of("get"), List.of("/logs/a", "/metrics")))))
                .containsExactly(
                        "{APIGroups:[\"\"], Resources:[\"pods\"], Verbs:[\"watch\" \"delete\"]}",
                        "{APIGroups:[\"\"], Resources:[\"pods/exec\"], Verbs:[\"get\"]}",
                        "{APIGroups:[\"apps\"], Resources:[\"pods\"], Verbs:[\"get\" \"watch\" \"delete\"]}",
                        "{NonResourceURLs:[\"/metrics\"], Verbs:[\"get\"]}");
        List<PolicyRule> named =
                List.of(new PolicyRule(List.of("get"), List.of("*"), List.of("*"), List.of("a"), List.of()));
        assertThat(Coverage.missing(named, List.of(PolicyRule.of(List.of("get"), List.of(""), List.of("pods")))))
                .hasSize(1);
    }
}
