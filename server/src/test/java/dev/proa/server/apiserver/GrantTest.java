package dev.proa.server.apiserver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proa.api.codec.Yaml;
import dev.proa.api.value.MapValue;
import dev.proa.server.auth.UserInfo;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Nobody grants more than they may do. The texts are those of kube-apiserver. */
class GrantTest {
    private static final String GROUP = "/apis/rbac.authorization.k8s.io/v1";
    private static final String DEV = GROUP + "/namespaces/default";
    private static final String ATTEMPT = "user \"jane\" (groups=[\"team\" \"system:authenticated\"]) is attempting to"
            + " grant RBAC permissions not currently held:\n";
    private static final UserInfo JANE = UserInfo.of("jane", "team");

    private final InProcess server = new InProcess();

    @BeforeEach
    void author() {
        server.create(GROUP + "/clusterroles", """
                metadata: {name: author}
                rules:
                - verbs: [get, create, update, patch, delete, deletecollection]
                  apiGroups: [rbac.authorization.k8s.io]
                  resources: [roles, rolebindings, clusterroles, clusterrolebindings]
                - {verbs: [get, list], apiGroups: [''], resources: [pods]}
                """);
        bind("author", "author");
    }

    @AfterEach
    void close() {
        server.close();
    }

    private void bind(String name, String role) {
        server.create(GROUP + "/clusterrolebindings", """
                metadata: {name: %s}
                roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: %s}
                subjects: [{kind: User, name: jane, apiGroup: rbac.authorization.k8s.io}]
                """.formatted(name, role));
    }

    private MapValue create(String path, String yaml) {
        return InProcess.value(server.ask(JANE, "create", path, Yaml.decodeMap(yaml), null));
    }

    private static String binding(String name, String kind, String role) {
        return """
                metadata: {name: %s}
                roleRef: {apiGroup: rbac.authorization.k8s.io, kind: %s, name: %s}
                subjects: [{kind: User, name: x, apiGroup: rbac.authorization.k8s.io}]
                """.formatted(name, kind, role);
    }

    @Test
    void rolesHaveNoMoreThanTheirAuthor() {
        create(DEV + "/roles", "{metadata: {name: ok}, rules: [{verbs: [get], apiGroups: [''], resources: [pods]}]}");
        assertThatThrownBy(() -> create(DEV + "/roles", """
                metadata: {name: bad}
                rules: [{verbs: [get, delete, watch], apiGroups: [''], resources: [pods, secrets]}]
                """))
                .hasMessage("roles.rbac.authorization.k8s.io \"bad\" is forbidden: " + ATTEMPT + """
                {APIGroups:[""], Resources:["pods"], Verbs:["delete" "watch"]}
                {APIGroups:[""], Resources:["secrets"], Verbs:["get" "delete" "watch"]}""");
        assertThatThrownBy(() -> create(DEV + "/roles", """
                metadata: {generateName: bad-}
                rules: [{verbs: [get], apiGroups: [''], resources: [secrets], resourceNames: [a, b]}]
                """))
                .hasMessage("roles.rbac.authorization.k8s.io is forbidden: " + ATTEMPT + """
                {APIGroups:[""], Resources:["secrets"], ResourceNames:["a"], Verbs:["get"]}
                {APIGroups:[""], Resources:["secrets"], ResourceNames:["b"], Verbs:["get"]}""");
        assertThatThrownBy(() -> create(GROUP + "/clusterroles", """
                metadata: {name: all}
                aggregationRule: {clusterRoleSelectors: [{matchLabels: {a: b}}]}
                """))
                .hasMessage("clusterroles.rbac.authorization.k8s.io \"all\" is forbidden: must have cluster-admin"
                        + " privileges to use the aggregationRule");
        assertThatThrownBy(() -> server.ask(
                        JANE,
                        "patch",
                        DEV + "/roles/ok",
                        Yaml.decodeMap("rules: [{verbs: ['*'], apiGroups: [''], resources: [pods]}]"),
                        "application/merge-patch+json"))
                .hasMessageContaining("{APIGroups:[\"\"], Resources:[\"pods\"], Verbs:[\"*\"]}");
    }

    @Test
    void bindingsGiveNoMoreThanTheirAuthorHas() {
        create(DEV + "/roles", "{metadata: {name: ok}, rules: [{verbs: [get], apiGroups: [''], resources: [pods]}]}");
        create(DEV + "/rolebindings", binding("ok", "Role", "ok"));
        assertThatThrownBy(() -> create(DEV + "/rolebindings", binding("gone", "Role", "gone")))
                .hasMessage("rolebindings.rbac.authorization.k8s.io \"gone\" not found");
        assertThatThrownBy(
                        () -> create(GROUP + "/clusterrolebindings", binding("admin", "ClusterRole", "cluster-admin")))
                .hasMessage("clusterrolebindings.rbac.authorization.k8s.io \"admin\" is forbidden: " + ATTEMPT + """
                        {APIGroups:["*"], Resources:["*"], Verbs:["*"]}
                        {NonResourceURLs:["*"], Verbs:["*"]}""");
    }

    @Test
    void whoeverMayDeleteGrantsNothingByIt() {
        server.create(
                DEV + "/roles",
                "{metadata: {name: much}, rules: [{verbs: ['*'], apiGroups: ['*'], resources: ['*']}]}");
        for (String name : List.of("one", "two")) {
            server.create(DEV + "/rolebindings", binding(name, "Role", "much"));
        }
        server.ask(JANE, "delete", DEV + "/rolebindings/one", null, null);
        server.ask(JANE, "deletecollection", DEV + "/rolebindings", null, null);
        assertThat(server.get(DEV + "/rolebindings").list("items")).isEmpty();
        server.ask(JANE, "delete", DEV + "/roles/much", null, null);
    }

    @Test
    void rolesThatAreMissingAreTold() {
        bind("lost", "lost");
        assertThatThrownBy(() -> create(GROUP + "/clusterroles", """
                metadata: {name: bad}
                rules: [{verbs: [get], nonResourceURLs: [/metrics]}]
                """))
                .hasMessage("clusterroles.rbac.authorization.k8s.io \"bad\" is forbidden: " + ATTEMPT + """
                {NonResourceURLs:["/metrics"], Verbs:["get"]}; resolution errors:\
                 [clusterroles.rbac.authorization.k8s.io "lost" not found]""");
    }

    @Test
    void whoMayEscalateOrBindMayGrantMore() {
        server.create(GROUP + "/clusterroles", """
                metadata: {name: more}
                rules:
                - {verbs: [escalate], apiGroups: [rbac.authorization.k8s.io], resources: [roles]}
                - {verbs: [bind], apiGroups: [rbac.authorization.k8s.io], resources: [clusterroles], resourceNames: [view]}
                """);
        bind("more", "more");
        create(DEV + "/roles", "{metadata: {name: x}, rules: [{verbs: ['*'], apiGroups: ['*'], resources: ['*']}]}");
        create(DEV + "/rolebindings", binding("view", "ClusterRole", "view"));
        assertThatThrownBy(() -> create(DEV + "/rolebindings", binding("edit", "ClusterRole", "cluster-admin")))
                .hasMessageContaining("not currently held");
    }

    @Test
    void ownersAndFinalizersMayBeChangedByAnybodyWhoMayUpdate() {
        server.create(
                DEV + "/roles", "{metadata: {name: x}, rules: [{verbs: ['*'], apiGroups: ['*'], resources: ['*']}]}");
        MapValue changed = InProcess.value(server.ask(
                JANE,
                "patch",
                DEV + "/roles/x",
                Yaml.decodeMap("metadata: {finalizers: [a/b]}"),
                "application/merge-patch+json"));
        assertThat(changed.map("metadata").list("finalizers")).hasSize(1);
    }

    @Test
    void rulesOfAUserAreListed() {
        MapValue status = create("/apis/authorization.k8s.io/v1/selfsubjectrulesreviews", "spec: {namespace: default}")
                .map("status");
        assertThat(status.bool("incomplete")).isFalse();
        assertThat(status.list("resourceRules").toString()).contains("pods", "selfsubjectreviews");
        assertThat(status.list("nonResourceRules").toString()).contains("/openapi/*", "/version");
        bind("lost", "lost");
        assertThat(create("/apis/authorization.k8s.io/v1/selfsubjectrulesreviews", "spec: {namespace: default}")
                        .map("status")
                        .string("evaluationError"))
                .isEqualTo("clusterrole.rbac.authorization.k8s.io \"lost\" not found");
    }
}
