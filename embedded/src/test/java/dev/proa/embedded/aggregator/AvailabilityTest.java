package dev.proa.embedded.aggregator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.apiregistration.v1.APIService;
import dev.proa.api.codec.Yaml;
import dev.proa.api.value.MapValue;
import dev.proa.embedded.aggregator.ApiServiceConditions.Verdict;
import dev.proa.server.aggregator.RemoteApi;
import dev.proa.server.aggregator.RemoteApi.Documents;
import dev.proa.server.store.Key;
import dev.proa.server.store.MemoryStore;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What the objects of a cluster tell of the server behind an API service. */
class AvailabilityTest {
    private static final RemoteApi API = new RemoteApi(
            "wardle.example.com", "v1", "team", "api", 7443, new RemoteApi.Trust("", true), false, Documents.NONE);

    private final MemoryStore store = MemoryStore.inMemory();

    @AfterEach
    void close() {
        store.close();
    }

    private void service(String spec) {
        store.create(new Key("services", "team", "api"), MapValue.of("spec", Yaml.decodeMap(spec)));
    }

    private void slice(String name, String content) {
        MapValue labels = MapValue.of("labels", MapValue.of("kubernetes.io/service-name", "api"));
        store.create(
                new Key("endpointslices.discovery.k8s.io", "team", name),
                Yaml.decodeMap(content).with("metadata", labels));
    }

    private @Nullable Verdict problem() {
        return Availability.problem(store.snapshot(), API);
    }

    private static Verdict failed(String reason, String message) {
        return new Verdict("False", reason, message);
    }

    @Test
    void eachThingThatIsMissingHasItsReason() {
        assertThat(problem()).isEqualTo(failed("ServiceNotFound", "service/api in \"team\" is not present"));
        service("{type: ClusterIP, ports: [{name: web, port: 7443}]}");
        assertThat(problem())
                .isEqualTo(failed("EndpointsNotFound", "cannot find endpointslices for service/api in \"team\""));
        slice(
                "a",
                "{ports: [{name: web, port: 443}], endpoints: [{addresses: [10.0.0.1], conditions: {ready: false}}]}");
        slice("b", "{ports: [{name: other, port: 443}], endpoints: [{addresses: [10.0.0.1]}]}");
        assertThat(problem())
                .isEqualTo(failed(
                        "MissingEndpoints",
                        "endpointslices for service/api in \"team\" have no addresses with port name \"web\""));
        slice("c", "{ports: [{name: web, port: 443}], endpoints: [{addresses: [10.0.0.1]}]}");
        assertThat(problem()).isNull();
    }

    @Test
    void thePortHasToBeOneOfTheServices() {
        service("{type: ClusterIP, ports: [{port: 443}]}");
        assertThat(problem())
                .isEqualTo(failed("ServicePortError", "service/api in \"team\" is not listening on port 7443"));
    }

    @Test
    void onlyServicesWithAnAddressAreLookedAt() {
        service("{type: ExternalName, externalName: api.example.com}");
        assertThat(problem()).isNull();
    }

    @Test
    void theTimeOfAConditionIsThatOfItsLastChange() {
        Instant then = Instant.parse("2026-01-01T00:00:00Z");
        APIService first = ApiServiceConditions.with(
                new APIService(Yaml.decodeMap("{status: {conditions: [{type: Other, status: 'True'}]}}")),
                failed("ServiceNotFound", "gone"),
                then);
        assertThat(ApiServiceConditions.isAvailable(first)).isFalse();
        assertThat(ApiServiceConditions.with(first, failed("ServiceNotFound", "gone"), then.plusSeconds(9)))
                .isSameAs(first);

        APIService second =
                ApiServiceConditions.with(first, failed("MissingEndpoints", "none"), then.plus(Duration.ofSeconds(9)));
        APIService third = ApiServiceConditions.with(second, Verdict.PASSED, then.plus(Duration.ofSeconds(10)));

        MapValue changed = second.value().map("status").list("conditions").map(1);
        assertThat(changed.string("lastTransitionTime")).isEqualTo("2026-01-01T00:00:00Z");
        assertThat(changed.string("reason")).isEqualTo("MissingEndpoints");
        MapValue passed = third.value().map("status").list("conditions").map(1);
        assertThat(passed.string("lastTransitionTime")).isEqualTo("2026-01-01T00:00:10Z");
        assertThat(third.value().map("status").list("conditions")).hasSize(2);
        assertThat(ApiServiceConditions.isAvailable(third)).isTrue();
    }
}
