package dev.proa.server.flowcontrol;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.codec.Yaml;
import dev.proa.api.value.MapValue;
import dev.proa.server.auth.AuthorizationAttributes;
import dev.proa.server.auth.UserInfo;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which FlowSchema a request belongs to. */
class FlowSchemaTest {
    private static final List<FlowSchema> BOOTSTRAP = bootstrap();

    private static List<FlowSchema> bootstrap() {
        List<FlowSchema> schemas = new ArrayList<>();
        for (MapValue object : BootstrapConfiguration.suggestedSchemas()) {
            schemas.add(FlowSchema.of(object));
        }
        for (MapValue object : BootstrapConfiguration.mandatorySchemas()) {
            schemas.add(FlowSchema.of(object));
        }
        schemas.sort(FlowSchema.ORDER);
        return schemas;
    }

    private static AuthorizationAttributes on(
            UserInfo user, String verb, String group, String resource, String subresource, String namespace) {
        return new AuthorizationAttributes(user, verb, group, "v1", resource, subresource, namespace, "", "");
    }

    private static String schema(UserInfo user, AuthorizationAttributes request) {
        return BOOTSTRAP.stream()
                .filter(schema -> schema.matches(user, request))
                .findFirst()
                .orElseThrow()
                .name();
    }

    @Test
    void suggestedSchemasTellComponentsApart() {
        UserInfo node = UserInfo.of("system:node:a", "system:nodes");
        UserInfo manager = UserInfo.of("system:kube-controller-manager");
        UserInfo account = UserInfo.of("system:serviceaccount:team:app", "system:serviceaccounts");
        UserInfo system = UserInfo.of("system:serviceaccount:kube-system:dns", "system:serviceaccounts");
        UserInfo master = UserInfo.of("admin", UserInfo.MASTERS);

        assertThat(schema(master, on(master, "list", "", "pods", "", ""))).isEqualTo("exempt");
        assertThat(schema(node, on(node, "update", "coordination.k8s.io", "leases", "", "kube-node-lease")))
                .isEqualTo("system-node-high");
        assertThat(schema(node, on(node, "patch", "", "nodes", "status", ""))).isEqualTo("system-node-high");
        assertThat(schema(node, on(node, "get", "", "nodes", "proxy", ""))).isEqualTo("system-nodes");
        assertThat(schema(node, on(node, "watch", "", "pods", "", ""))).isEqualTo("system-nodes");
        assertThat(schema(manager, on(manager, "update", "coordination.k8s.io", "leases", "", "kube-system")))
                .isEqualTo("system-leader-election");
        assertThat(schema(manager, on(manager, "list", "coordination.k8s.io", "leases", "", "kube-system")))
                .isEqualTo("kube-controller-manager");
        assertThat(schema(system, on(system, "list", "", "services", "", "")))
                .isEqualTo("kube-system-service-accounts");
        assertThat(schema(account, on(account, "list", "", "services", "", "team")))
                .isEqualTo("service-accounts");
        assertThat(schema(UserInfo.of("jane"), on(UserInfo.of("jane"), "list", "", "pods", "", "")))
                .isEqualTo("global-default");
        UserInfo nobody = UserInfo.ANONYMOUS;
        assertThat(schema(nobody, AuthorizationAttributes.ofPath(nobody, "get", "/readyz/etcd")))
                .isEqualTo("probes");
        assertThat(schema(nobody, AuthorizationAttributes.ofPath(nobody, "get", "/readyzzz")))
                .isEqualTo("global-default");
        assertThat(schema(nobody, AuthorizationAttributes.ofPath(nobody, "post", "/readyz")))
                .isEqualTo("global-default");
    }

    @Test
    void rulesHoldForNamespacesOrTheClusterAsTheySay() {
        FlowSchema schema = FlowSchema.of(Yaml.decodeMap("""
                metadata: {name: a, uid: u-1}
                spec:
                  matchingPrecedence: 7
                  priorityLevelConfiguration: {name: low}
                  distinguisherMethod: {type: ByNamespace}
                  rules:
                    - subjects: [{kind: ServiceAccount, serviceAccount: {namespace: team, name: app}}]
                      resourceRules: [{verbs: [get], apiGroups: [apps], resources: [deployments], namespaces: [team]}]
                    - subjects: [{kind: User, user: {name: "*"}}]
                      nonResourceRules: [{verbs: ["*"], nonResourceURLs: [/metrics/*]}]
                """));
        UserInfo app = UserInfo.of("system:serviceaccount:team:app");
        UserInfo other = UserInfo.of("system:serviceaccount:team:application");

        assertThat(schema.level()).isEqualTo("low");
        assertThat(schema.matches(app, on(app, "get", "apps", "deployments", "", "team")))
                .isTrue();
        assertThat(schema.flow(app, on(app, "get", "apps", "deployments", "", "team")))
                .isEqualTo("team");
        assertThat(schema.matches(other, on(other, "get", "apps", "deployments", "", "team")))
                .isFalse();
        assertThat(schema.matches(app, on(app, "list", "apps", "deployments", "", "team")))
                .isFalse();
        assertThat(schema.matches(app, on(app, "get", "apps", "deployments", "scale", "team")))
                .isFalse();
        assertThat(schema.matches(app, on(app, "get", "", "deployments", "", "team")))
                .isFalse();
        assertThat(schema.matches(app, on(app, "get", "apps", "deployments", "", "default")))
                .isFalse();
        assertThat(schema.matches(app, on(app, "get", "apps", "deployments", "", "")))
                .isFalse();
        assertThat(schema.matches(other, AuthorizationAttributes.ofPath(other, "get", "/metrics/slis")))
                .isTrue();
        assertThat(schema.matches(other, AuthorizationAttributes.ofPath(other, "get", "/metricsx")))
                .isFalse();
    }
}
