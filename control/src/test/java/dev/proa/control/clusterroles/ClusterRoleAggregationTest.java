package dev.proa.control.clusterroles;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.codec.Yaml;
import dev.proa.api.rbac.v1.ClusterRole;
import dev.proa.client.ResourceClient;
import dev.proa.control.shared.TestCluster;
import dev.proa.testing.Await;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ClusterRoleAggregationTest {
    private final TestCluster cluster = new TestCluster();
    private final ResourceClient<ClusterRole> roles = cluster.client.resource(ClusterRole.KIND);

    @BeforeEach
    void start() throws Exception {
        cluster.start(ClusterRoleAggregationController::new);
    }

    @AfterEach
    void close() {
        cluster.close();
    }

    private static ClusterRole role(String name, String more) {
        return new ClusterRole(Yaml.decodeMap("""
                apiVersion: rbac.authorization.k8s.io/v1
                kind: ClusterRole
                metadata: {name: %s, labels: {team: a}}
                %s
                """.formatted(name, more)));
    }

    private List<String> resources(String name) {
        return roles.get(name).rules().stream()
                .map(rule -> String.join(",", rule.resources()))
                .toList();
    }

    @Test
    void gathersTheRulesOfTheRolesThatItSelects() throws InterruptedException {
        roles.create(role("all", "aggregationRule: {clusterRoleSelectors: [{matchLabels: {team: a}}]}"));
        roles.create(role("two", "rules: [{verbs: [get], apiGroups: [''], resources: [pods]}]"));
        roles.create(
                role(
                        "one",
                        "rules: [{verbs: [get], apiGroups: [''], resources: [nodes]}, {verbs: [get], apiGroups: [''], resources: [pods]}]"));
        Await.until("both", () -> resources("all").equals(List.of("nodes", "pods")));
        roles.delete("one");
        Await.until("one", () -> resources("all").equals(List.of("pods")));
    }

    @Test
    void theRolesOfUsersAreFilled() throws InterruptedException {
        for (String name : List.of("admin", "edit", "view")) {
            Await.until(name, () -> !roles.get(name).rules().isEmpty());
        }
        assertThat(roles.get("edit").rules().size())
                .isGreaterThan(roles.get("view").rules().size());
    }
}
