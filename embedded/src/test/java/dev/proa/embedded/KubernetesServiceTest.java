package dev.proa.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.core.v1.Endpoints;
import dev.proa.api.core.v1.Service;
import dev.proa.api.discovery.v1.EndpointSlice;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.api.view.Kind;
import dev.proa.api.view.KubeObject;
import dev.proa.client.Client;
import dev.proa.client.supervision.Supervisor;
import dev.proa.testing.Await;
import dev.proa.testing.FakeTransport;
import dev.proa.testing.SimulatedClock;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The service {@code kubernetes} exists, and is restored when somebody deletes or changes it. */
class KubernetesServiceTest {
    private final SimulatedClock clock = new SimulatedClock();
    private final Client client = new Client(new FakeTransport(clock));
    private final Supervisor supervisor = new Supervisor(clock, new Random(1));
    private final KubernetesService service = new KubernetesService(client, supervisor);

    @AfterEach
    void stop() {
        supervisor.close();
    }

    private <T extends KubeObject> T found(Kind<T> kind) {
        return client.resource(kind).in("default").find("kubernetes");
    }

    @Test
    void saysWhereTheServerIsInBothForms() {
        service.start();
        assertThat(found(Service.KIND).spec().clusterIP()).isEqualTo(EmbeddedApiServer.KUBERNETES_SERVICE);
        assertThat(found(Endpoints.KIND)).isNull();

        service.at("10.9.8.7", 6443);

        MapValue subset = found(Endpoints.KIND).value().list("subsets").map(0);
        assertThat(subset.list("addresses").map(0).string("ip")).isEqualTo("10.9.8.7");
        assertThat(subset.list("ports").map(0).integer("port", 0)).isEqualTo(6443);
        assertThat(found(Endpoints.KIND).labels()).containsEntry("endpointslice.kubernetes.io/skip-mirror", "true");
        MapValue slice = found(EndpointSlice.KIND).value();
        assertThat(slice.list("endpoints").map(0).list("addresses")).containsExactly("10.9.8.7");
        assertThat(found(EndpointSlice.KIND).labels()).containsEntry("kubernetes.io/service-name", "kubernetes");
    }

    @Test
    void whatIsDeletedOrChangedIsBackAfterTenSeconds() throws Exception {
        service.start();
        service.at("10.9.8.7", 6443);
        client.resource(Service.KIND).in("default").delete("kubernetes");
        client.resource(EndpointSlice.KIND).in("default").delete("kubernetes");
        Endpoints endpoints = found(Endpoints.KIND);
        client.resource(Endpoints.KIND)
                .in("default")
                .update(new Endpoints(endpoints.value().with("subsets", ListValue.EMPTY)));

        Await.until("the keeper sleeps", clock::waiting, waiting -> waiting > 0);
        clock.advance(KubernetesService.EACH);

        Await.until("a slice", () -> found(EndpointSlice.KIND), slice -> slice != null);
        assertThat(found(Service.KIND).spec().clusterIP()).isEqualTo(EmbeddedApiServer.KUBERNETES_SERVICE);
        assertThat(found(Endpoints.KIND).value().get("subsets"))
                .isEqualTo(endpoints.value().get("subsets"));
    }
}
