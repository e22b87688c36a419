package dev.proa.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.api.view.AnyObject;
import dev.proa.api.view.Kind;
import dev.proa.client.Client;
import dev.proa.client.ResourceClient;
import dev.proa.client.informer.InformerFactory;
import dev.proa.client.supervision.Supervisor;
import dev.proa.control.shared.ControlContext;
import dev.proa.testing.Await;
import dev.proa.testing.FakeTransport;
import dev.proa.testing.SimulatedClock;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class NodeGrantsTest {
    private static final Kind<AnyObject> BINDINGS =
            Kind.any("rbac.authorization.k8s.io", "v1", "ClusterRoleBinding", "clusterrolebindings", false);
    private static final Kind<AnyObject> ROLES =
            Kind.any("rbac.authorization.k8s.io", "v1", "ClusterRole", "clusterroles", false);
    private static final String ROTATION = "kubeadm:node-autoapprove-certificate-rotation";

    private final SimulatedClock clock = new SimulatedClock();
    private final Client client = new Client(new FakeTransport(clock));
    private final ResourceClient<AnyObject> bindings = client.resource(BINDINGS);

    @AfterEach
    void close() {
        client.close();
    }

    private void make() throws InterruptedException {
        InformerFactory informers = new InformerFactory(client, clock, new Random(1));
        try (ControlContext context =
                new ControlContext(client, informers, new Supervisor(clock, new Random(2)), clock, new Random(3))) {
            new NodeGrants(context);
            informers.start();
            context.start();
            Await.until("the last binding", () -> bindings.find(ROTATION) != null);
        } finally {
            informers.close();
        }
    }

    @Test
    void nodesMayOrderTheirOwnCertificatesAndJoiningOnesAny() throws Exception {
        make();
        assertThat(bindings.list())
                .extracting(binding -> binding.value().map("metadata").string("name"))
                .containsExactlyInAnyOrder(
                        "kubeadm:kubelet-bootstrap",
                        "kubeadm:node-autoapprove-bootstrap",
                        ROTATION,
                        "proa:kubelet-serving-approver");
        MapValue rotation = bindings.get(ROTATION).value();
        assertThat(rotation.map("roleRef").string("name"))
                .isEqualTo("system:certificates.k8s.io:certificatesigningrequests:selfnodeclient");
        assertThat(rotation.list("subjects").map(0).string("name")).isEqualTo("system:nodes");
        MapValue approver =
                client.resource(ROLES).get("proa:kubelet-serving-approver").value();
        assertThat(approver.list("rules").map(1).list("resourceNames"))
                .isEqualTo(ListValue.of("kubernetes.io/kubelet-serving"));
    }

    @Test
    void whatAnAdministratorTookAwayStaysAway() throws Exception {
        make();
        AnyObject taken = BINDINGS.of(bindings.get(ROTATION).value().with("subjects", ListValue.EMPTY));
        bindings.update(taken);
        make();
        assertThat(bindings.get(ROTATION).value().list("subjects")).isEmpty();
    }
}
