package dev.proa.server.resource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proa.api.status.StatusException;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.server.store.Key;
import dev.proa.server.store.MemoryStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class ServiceRangesTest {
    private final Strategies strategies = new Strategies(new ServiceRanges("10.96.0.0/16"));
    private final Strategy services = strategies.of("", "v1", "services", true);

    private static MapValue service(Object... spec) {
        MapValue service = MapValue.of(
                "metadata",
                MapValue.of("name", "web", "namespace", "default"),
                "spec",
                MapValue.of(spec).with("ports", ListValue.of(MapValue.of("port", 80L))));
        return CoreDefaults.service(service);
    }

    private MapValue created(MapValue service) {
        try (Allocation allocation = services.allocate(null, service, false)) {
            allocation.commit();
            return allocation.object();
        }
    }

    private static String address(MapValue service) {
        return service.map("spec").string("clusterIP");
    }

    private static long nodePort(MapValue service) {
        return service.map("spec").list("ports").map(0).integer("nodePort", 0);
    }

    @Test
    void givesFromTheUpperBand() {
        MapValue first = created(service("type", "NodePort"));
        assertThat(address(first)).isEqualTo("10.96.1.0");
        assertThat(nodePort(first)).isEqualTo(30_086);
        assertThat(first.map("spec").list("clusterIPs")).isEqualTo(ListValue.of("10.96.1.0"));
    }

    @Test
    void givesEachAddressOnceToManyAtATime() throws Exception {
        Set<String> addresses = ConcurrentHashMap.newKeySet();
        Set<Long> ports = ConcurrentHashMap.newKeySet();
        try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < 1000; i++) {
                all.add(executor.submit(() -> {
                    MapValue service = created(service("type", "NodePort"));
                    addresses.add(address(service));
                    ports.add(nodePort(service));
                }));
            }
            for (Future<?> one : all) {
                one.get();
            }
        }
        assertThat(addresses).hasSize(1000);
        assertThat(ports).hasSize(1000);
    }

    @Test
    void takesBackWhatWasNotCommitted() {
        try (Allocation allocation = services.allocate(null, service("clusterIP", "10.96.0.10"), false)) {
            assertThat(address(allocation.object())).isEqualTo("10.96.0.10");
        }
        MapValue kept = created(service("clusterIP", "10.96.0.10"));
        assertThatThrownBy(() -> created(service("clusterIP", "10.96.0.10")))
                .isInstanceOf(StatusException.class)
                .hasMessage(
                        "Service \"web\" is invalid: spec.clusterIPs: Invalid value: [\"10.96.0.10\"]: failed to allocate IP"
                                + " 10.96.0.10: provided IP is already allocated");
        services.released(kept);
        assertThat(address(created(service("clusterIP", "10.96.0.10")))).isEqualTo("10.96.0.10");
    }

    @Test
    void keepsWhatAnUpdateLeavesOutAndReleasesWhatItGivesUp() {
        MapValue before = created(service("type", "NodePort"));
        long port = nodePort(before);
        try (Allocation allocation = services.allocate(before, service("type", "NodePort"), false)) {
            assertThat(address(allocation.object())).isEqualTo(address(before));
            assertThat(nodePort(allocation.object())).isEqualTo(port);
            allocation.commit();
        }
        MapValue internal = before.withMap("spec", spec -> spec.with("type", "ClusterIP"));
        try (Allocation allocation = services.allocate(before, internal, false)) {
            MapValue after = services.prepareForUpdate("", allocation.object(), before);
            assertThat(nodePort(after)).isZero();
            assertThat(services.validateUpdate("", after, before)).isEmpty();
        }
    }

    @Test
    void releasesThePortsOfAServiceThatBecomesInternal() {
        MapValue before = created(service("type", "NodePort"));
        long port = nodePort(before);
        MapValue internal = before.withMap("spec", spec -> spec.with("type", "ClusterIP"));
        try (Allocation allocation = services.allocate(before, internal, false)) {
            services.prepareForUpdate("", allocation.object(), before);
            allocation.commit();
        }
        MapValue other = service("type", "NodePort")
                .withMap(
                        "spec",
                        spec -> spec.with(
                                "ports", ListValue.of(spec.list("ports").map(0).with("nodePort", port))));
        assertThat(nodePort(created(other))).isEqualTo(port);
    }

    @Test
    void restoresFromTheStore() {
        MemoryStore store = MemoryStore.inMemory();
        store.create(new Key("services", "default", "web"), service("clusterIP", "10.96.1.0"));
        strategies.restore(store.snapshot());
        assertThat(address(created(service()))).isEqualTo("10.96.1.1");
    }

    @Test
    void goesRoundAndEnds() {
        BitmapAllocator allocator = new BitmapAllocator(4, 2);
        assertThat(List.of(allocator.allocateNext(), allocator.allocateNext())).containsExactly(2, 3);
        allocator.release(2);
        assertThat(List.of(allocator.allocateNext(), allocator.allocateNext(), allocator.allocateNext()))
                .containsExactly(2, 0, 1);
        assertThat(allocator.allocateNext()).isEqualTo(-1);
        assertThat(allocator.count()).isEqualTo(4);
    }
}
