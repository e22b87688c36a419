package dev.proa.server.apiserver;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.server.store.Key;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The {@code IPAddress} objects of services, as a client sees them. */
class ServiceAddressesTest {
    private static final String SERVICES = "/api/v1/namespaces/default/services";
    private static final String ADDRESSES = "/apis/networking.k8s.io/v1/ipaddresses";

    private final InProcess server = new InProcess();

    @AfterEach
    void close() {
        server.close();
    }

    private List<String> addresses() {
        List<String> names = new ArrayList<>();
        ListValue items = server.get(ADDRESSES).list("items");
        for (int i = 0; i < items.size(); i++) {
            names.add(items.map(i).map("metadata").string("name") + " "
                    + items.map(i).map("spec").map("parentRef").string("name"));
        }
        return names;
    }

    @Test
    void anAddressIsThereAsLongAsItsService() {
        server.create(SERVICES, "{metadata: {name: web}, spec: {clusterIP: 10.96.0.10, ports: [{port: 80}]}}");
        MapValue address = server.get(ADDRESSES + "/10.96.0.10");
        assertThat(address.map("metadata").map("labels"))
                .isEqualTo(MapValue.of(
                        "ipaddress.kubernetes.io/ip-family", "IPv4",
                        "ipaddress.kubernetes.io/managed-by", "ipallocator.k8s.io"));
        assertThat(address.map("spec").map("parentRef"))
                .isEqualTo(MapValue.of("name", "web", "namespace", "default", "resource", "services"));
        assertThat(address.map("metadata").string("uid")).hasSize(36);
        assertThat(address.map("metadata").string("creationTimestamp")).isEqualTo("2026-01-02T03:04:05Z");
        assertThat(addresses()).contains("10.96.0.10 web");
        assertThat(server.failure("create", SERVICES, "{metadata: {name: b}, spec: {clusterIP: 10.96.0.10}}")
                        .getMessage())
                .contains("provided IP is already allocated");
        server.delete(SERVICES + "/web");
        assertThat(addresses()).doesNotContain("10.96.0.10 web");
        server.create(SERVICES, "{metadata: {name: b}, spec: {clusterIP: 10.96.0.10, ports: [{port: 80}]}}");
        assertThat(addresses()).contains("10.96.0.10 b");
    }

    @Test
    void aServiceAndItsAddressAreWrittenTogether() {
        long before = server.store.revision();
        MapValue service =
                server.create(SERVICES, "{metadata: {name: web}, spec: {type: NodePort, ports: [{port: 80}]}}");
        String ip = service.map("spec").string("clusterIP");
        assertThat(server.store.revision()).isEqualTo(before + 3);
        Key address = new Key("ipaddresses.networking.k8s.io", "", ip);
        assertThat(server.store.snapshot().get(address)).isNotNull();
        server.delete(SERVICES + "/web");
        assertThat(server.store.revision()).isEqualTo(before + 6);
        assertThat(server.store.snapshot().get(address)).isNull();
    }

    @Test
    void aDryRunAllocatesNothing() {
        long before = server.store.revision();
        server.create(
                SERVICES + "?dryRun=All",
                "{metadata: {name: web}, spec: {type: NodePort, clusterIP: 10.96.0.10, ports: [{port: 80}]}}");
        assertThat(server.store.revision()).isEqualTo(before);
        server.create(SERVICES, "{metadata: {name: web}, spec: {clusterIP: 10.96.0.10, ports: [{port: 80}]}}");
    }

    @Test
    void anAddressThatAUserHasReservedIsNotGiven() {
        server.create(
                ADDRESSES,
                "{metadata: {name: 10.96.1.0}, spec: {parentRef: {resource: gateways, group: example.org, name: g}}}");
        MapValue service = server.create(SERVICES, "{metadata: {name: web}, spec: {ports: [{port: 80}]}}");
        assertThat(service.map("spec").string("clusterIP")).isNotEqualTo("10.96.1.0");
        server.delete(ADDRESSES + "/10.96.1.0");
        server.create(SERVICES, "{metadata: {name: b}, spec: {clusterIP: 10.96.1.0, ports: [{port: 80}]}}");
    }

    @Test
    void theRangeOfNodePortsIsNotServed() {
        server.create(SERVICES, "{metadata: {name: web}, spec: {type: NodePort, ports: [{port: 80}]}}");
        assertThat(server.failure("get", "/api/v1/rangeallocations/servicenodeports", null)
                        .code())
                .isEqualTo(404);
    }

    @Test
    void theAddressGoesWithTheLastFinalizer() {
        server.create(
                SERVICES,
                "{metadata: {name: web, finalizers: [example.org/wait]}, spec: {clusterIP: 10.96.0.10, ports: [{port:"
                        + " 80}]}}");
        server.delete(SERVICES + "/web");
        assertThat(addresses()).contains("10.96.0.10 web");
        server.patch(SERVICES + "/web", "merge-patch", "{metadata: {finalizers: null}}");
        assertThat(addresses()).doesNotContain("10.96.0.10 web");
    }
}
