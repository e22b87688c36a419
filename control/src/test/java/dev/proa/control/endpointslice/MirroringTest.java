package dev.proa.control.endpointslice;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.codec.Json;
import dev.proa.api.core.v1.Endpoints;
import dev.proa.api.core.v1.Service;
import dev.proa.api.discovery.v1.EndpointSlice;
import dev.proa.client.Patch;
import dev.proa.client.ResourceClient;
import dev.proa.control.shared.TestCluster;
import dev.proa.testing.Await;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class MirroringTest {
    private final TestCluster cluster = new TestCluster();
    private final ResourceClient<Service> services =
            cluster.client.resource(Service.KIND).in("default");
    private final ResourceClient<Endpoints> endpoints =
            cluster.client.resource(Endpoints.KIND).in("default");
    private final ResourceClient<EndpointSlice> slices =
            cluster.client.resource(EndpointSlice.KIND).in("default");

    @BeforeEach
    void start() throws Exception {
        cluster.start(EndpointSliceController::new, EndpointSliceMirroringController::new, EndpointsController::new);
    }

    @AfterEach
    void close() {
        cluster.close();
    }

    private Service service(String name) {
        return services.create(new Service(Json.decodeMap("""
                {"apiVersion":"v1","kind":"Service","metadata":{"name":"%s","namespace":"default"},
                 "spec":{"ports":[{"port":5432,"protocol":"TCP"}]}}""".formatted(name))));
    }

    private Endpoints endpoints(String name, String ip) {
        return endpoints.create(new Endpoints(Json.decodeMap("""
                {"apiVersion":"v1","kind":"Endpoints","metadata":{"name":"%s","namespace":"default"},
                 "subsets":[{"addresses":[{"ip":"%s"}],"ports":[{"port":5432,"protocol":"TCP"}]}]}""".formatted(name, ip))));
    }

    private void awaitAddresses(String... addresses) throws InterruptedException {
        Await.until(
                List.of(addresses) + " are mirrored",
                () -> slices.list().stream()
                        .flatMap(slice -> slice.endpoints().stream())
                        .flatMap(endpoint -> endpoint.addresses().stream())
                        .toList(),
                List.of(addresses)::equals);
    }

    @Test
    void followsEndpointsThatWereThereBeforeTheirService() throws Exception {
        cluster.awaitSeen(Endpoints.KIND, endpoints("db", "192.0.2.1"));
        assertThat(slices.list()).isEmpty();
        service("db");
        awaitAddresses("192.0.2.1");
        endpoints.patch("db", Patch.merge(Json.decodeMap("""
                {"subsets":[{"addresses":[{"ip":"192.0.2.2"}],"ports":[{"port":5432,"protocol":"TCP"}]}]}""")));
        awaitAddresses("192.0.2.2");
        assertThat(slices.list()).hasSize(1);
        slices.delete(slices.list().getFirst().name());
        awaitAddresses("192.0.2.2");
        endpoints.delete("db");
        Await.until("the mirror is gone", () -> slices.list().isEmpty());
    }

    @Test
    void endsWithTheService() throws Exception {
        service("db");
        endpoints("db", "192.0.2.1");
        awaitAddresses("192.0.2.1");
        services.delete("db");
        Await.until("both are gone", () -> slices.list().isEmpty() && endpoints.find("db") == null);
    }

    @Test
    void leavesAloneWhatIsNotToBeMirrored() throws Exception {
        service("db");
        Endpoints skipped = endpoints("db", "192.0.2.1");
        awaitAddresses("192.0.2.1");
        endpoints.patch(skipped.name(), Patch.merge(Json.decodeMap("""
                {"metadata":{"labels":{"endpointslice.kubernetes.io/skip-mirror":"true"}}}""")));
        Await.until("the mirror is gone", () -> slices.list().isEmpty());
        service("elected");
        endpoints.create(new Endpoints(Json.decodeMap("""
                {"apiVersion":"v1","kind":"Endpoints","metadata":{"name":"elected","namespace":"default",
                  "annotations":{"control-plane.alpha.kubernetes.io/leader":"{}"}},
                 "subsets":[{"addresses":[{"ip":"192.0.2.9"}]}]}""")));
        service("last");
        endpoints("last", "192.0.2.3");
        awaitAddresses("192.0.2.3");
    }
}
