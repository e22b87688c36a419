package dev.proa.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.value.MapValue;
import dev.proa.api.view.Kind;
import dev.proa.client.Client;
import dev.proa.client.clock.Clock;
import dev.proa.testing.FakeTransport;
import org.junit.jupiter.api.Test;

class DeliveryGrantsTest {
    private final Client client = new Client(new FakeTransport(Clock.system()));

    @Test
    void theControllersMayReadSecretsByNameOnlyAndNothingIsGrantedByAWildcard() {
        new DeliveryGrants(client).make();
        MapValue role = client.resource(
                        Kind.any("rbac.authorization.k8s.io", "v1", "ClusterRole", "clusterroles", false))
                .get("proa:delivery")
                .value();
        for (int i = 0; i < role.list("rules").size(); i++) {
            MapValue rule = role.list("rules").map(i);
            assertThat(rule.list("resources")).doesNotContain("*");
            assertThat(rule.list("verbs")).doesNotContain("*", "deletecollection");
            if (rule.list("resources").contains("secrets")) {
                assertThat(rule.list("verbs")).containsExactly("get");
            }
        }
    }
}
