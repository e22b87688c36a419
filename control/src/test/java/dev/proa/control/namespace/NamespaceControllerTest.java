package dev.proa.control.namespace;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.codec.Json;
import dev.proa.api.core.v1.ConfigMap;
import dev.proa.api.core.v1.Namespace;
import dev.proa.api.core.v1.ServiceAccount;
import dev.proa.api.status.StatusException;
import dev.proa.client.Patch;
import dev.proa.client.ResourceClient;
import dev.proa.client.Retry;
import dev.proa.client.clock.Clock;
import dev.proa.control.serviceaccount.RootCaPublisher;
import dev.proa.control.serviceaccount.ServiceAccountController;
import dev.proa.control.shared.Conditions;
import dev.proa.control.shared.TestCluster;
import dev.proa.testing.Await;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class NamespaceControllerTest {
    private final TestCluster cluster = new TestCluster();
    private final ResourceClient<Namespace> namespaces = cluster.client.resource(Namespace.KIND);
    private final ResourceClient<ConfigMap> maps = cluster.client.resource(ConfigMap.KIND);

    @BeforeEach
    void createNamespace() {
        cluster.namespace("team");
    }

    @AfterEach
    void close() {
        cluster.close();
    }

    @Test
    void givesNamespacesWhatTheyNeed() throws Exception {
        cluster.start(ServiceAccountController::new, c -> new RootCaPublisher(c, "THE CA"));
        ResourceClient<ServiceAccount> accounts =
                cluster.client.resource(ServiceAccount.KIND).in("team");
        Await.until("the account", () -> accounts.find("default") != null);
        Await.until("the CA", () -> maps.in("team").find("kube-root-ca.crt") != null);
        assertThat(maps.in("team").get("kube-root-ca.crt").data()).containsEntry("ca.crt", "THE CA");
        accounts.delete("default");
        Await.until("the account again", () -> accounts.find("default") != null);
        maps.in("team")
                .patch(
                        "kube-root-ca.crt",
                        Patch.merge(Json.decodeMap(
                                "{\"metadata\":{\"annotations\":null},\"data\":{\"ca.crt\":\"mine\"}}")));
        Await.until(
                "the CA again, and what it is for",
                () -> maps.in("team").get("kube-root-ca.crt"),
                map -> map.data().equals(Map.of("ca.crt", "THE CA"))
                        && map.annotations().containsKey("kubernetes.io/description"));
    }

    @Test
    void emptiesANamespaceBeforeItGoes() throws Exception {
        cluster.start(NamespaceController::new);
        maps.create(ConfigMap.of("team", "a"));
        maps.create(ConfigMap.of("default", "other"));
        namespaces.delete("team");
        Await.until("it is gone", () -> namespaces.find("team") == null);
        assertThat(maps.in("team").list()).isEmpty();
        assertThat(maps.in("default").list()).hasSize(1);
    }

    @Test
    void saysWhatItWaitsFor() throws Exception {
        cluster.start(NamespaceController::new);
        maps.create(ConfigMap.of("team", "held").withMetadata(m -> m.withFinalizers(List.of("test/hold"))));
        namespaces.delete("team");
        Await.until("the conditions", () -> {
            var condition = Conditions.get(
                    namespaces.get("team").status().value().list("conditions"), "NamespaceFinalizersRemaining");
            return condition != null
                    && condition.string("status").equals("True")
                    && condition.string("message").endsWith("test/hold in 1 resource instances");
        });
        var remaining =
                Conditions.get(namespaces.get("team").status().value().list("conditions"), "NamespaceContentRemaining");
        assertThat(remaining).isNotNull();
        assertThat(remaining.string("message")).contains("configmaps. has 1 resource instances");
        Retry.onConflict(
                Clock.system(),
                () -> maps.update(maps.in("team").get("held").withMetadata(m -> m.withoutFinalizers())));
        Await.until("it is gone", () -> namespaces.find("team") == null);
    }

    @Test
    void emptiesWhatItCanWhileAGroupDoesNotAnswer() throws Exception {
        AtomicBoolean broken = new AtomicBoolean(true);
        cluster.server.intercept(request -> {
            if (broken.get() && request.path().equals("/apis/networking.k8s.io/v1")) {
                throw StatusException.serviceUnavailable("its server is down");
            }
            return request;
        });
        cluster.start(NamespaceController::new);
        maps.create(ConfigMap.of("team", "a"));
        namespaces.delete("team");
        Await.until("what can be found is gone", () -> maps.in("team").find("a") == null);
        Await.until(
                "the conditions say what is in the way",
                () -> Conditions.get(
                        namespaces.get("team").status().value().list("conditions"),
                        "NamespaceDeletionDiscoveryFailure"),
                condition -> condition != null
                        && condition.string("status").equals("True")
                        && condition.string("message").contains("networking.k8s.io/v1"));
        broken.set(false);
        Await.until("it is gone", () -> namespaces.find("team") == null);
    }
}
