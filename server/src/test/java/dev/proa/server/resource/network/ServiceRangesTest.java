package dev.proa.server.resource.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proa.api.status.StatusException;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.server.resource.Strategies;
import dev.proa.server.store.Key;
import dev.proa.server.store.MemoryStore;
import dev.proa.server.store.Store;
import dev.proa.server.store.StoredObject;
import dev.proa.server.strategy.Allocation;
import dev.proa.server.strategy.Strategy;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ServiceRangesTest {
    private final ServiceRanges ranges = new ServiceRanges("10.96.0.0/16");
    private final Strategy services = new Strategies(ranges).of("", "v1", "services", true);
    private final MemoryStore store = MemoryStore.inMemory();
    private final AtomicInteger names = new AtomicInteger();

    @AfterEach
    void close() {
        store.close();
    }

    private static MapValue service(Object... spec) {
        MapValue service = MapValue.of(
                "metadata",
                MapValue.of("name", "web", "namespace", "default"),
                "spec",
                MapValue.of(spec).with("ports", ListValue.of(MapValue.of("port", 80L))));
        return ServiceDefaults.service(service);
    }

    private Allocation allocate(MapValue service) {
        return services.allocate(null, service, store.snapshot(), false);
    }

    private StoredObject created(MapValue service) {
        while (true) {
            Allocation allocation = allocate(service);
            try {
                return allocation.create(
                        store, new Key("services", "default", "web" + names.incrementAndGet()), allocation.object());
            } catch (Store.RevisionConflictException e) {
                continue; // taken meanwhile
            }
        }
    }

    private StoredObject updated(StoredObject before, MapValue service) {
        Allocation allocation = services.allocate(before.value(), service, store.snapshot(), false);
        MapValue after = services.prepareForUpdate("", allocation.object(), before.value());
        return allocation.update(store, before, after);
    }

    private static String address(StoredObject service) {
        return address(service.value());
    }

    private static String address(MapValue service) {
        return service.map("spec").string("clusterIP");
    }

    private static long nodePort(StoredObject service) {
        return service.value().map("spec").list("ports").map(0).integer("nodePort", 0);
    }

    private List<String> addresses() {
        List<String> addresses = new ArrayList<>();
        store.snapshot()
                .list(ServiceRanges.ADDRESSES, null, null)
                .forEach(address -> addresses.add(address.key().name()));
        return addresses;
    }

    private static MapValue withNodePort(long port) {
        return service("type", "NodePort")
                .withMap(
                        "spec",
                        spec -> spec.with(
                                "ports", ListValue.of(spec.list("ports").map(0).with("nodePort", port))));
    }

    @Test
    void givesFromTheUpperBand() {
        StoredObject first = created(service("type", "NodePort"));
        assertThat(address(first)).isEqualTo("10.96.1.0");
        assertThat(nodePort(first)).isEqualTo(30_086);
        assertThat(first.value().map("spec").list("clusterIPs")).isEqualTo(ListValue.of("10.96.1.0"));
    }

    @Test
    void givesEachAddressOnceToManyAtATime() throws Exception {
        Set<String> addresses = ConcurrentHashMap.newKeySet();
        Set<Long> ports = ConcurrentHashMap.newKeySet();
        try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < 1000; i++) {
                all.add(executor.submit(() -> {
                    StoredObject service = created(service("type", "NodePort"));
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
        assertThat(addresses()).containsExactlyInAnyOrderElementsOf(addresses);
        assertThat(NodePorts.allocated(store.snapshot()).cardinality()).isEqualTo(1000);
    }

    @Test
    void ofTwoWhoWereGivenTheSameOneIsRefused() {
        Allocation address = allocate(service("clusterIP", "10.96.0.10"));
        Allocation sameAddress = allocate(service("clusterIP", "10.96.0.10"));
        Allocation port = allocate(withNodePort(30_001));
        Allocation samePort = allocate(withNodePort(30_001));
        Key key = new Key("services", "default", "first");
        address.create(store, key, address.object());
        Key other = new Key("services", "default", "second");
        assertThatThrownBy(() -> sameAddress.create(store, other, sameAddress.object()))
                .isInstanceOf(Store.RevisionConflictException.class);
        port.create(store, other, port.object());
        Key third = new Key("services", "default", "third");
        assertThatThrownBy(() -> samePort.create(store, third, samePort.object()))
                .isInstanceOf(Store.RevisionConflictException.class);
        assertThat(store.snapshot().get(third)).isNull();
        assertThat(addresses()).as("no trace of what was refused").hasSize(2);
        assertThatThrownBy(() -> address.create(store, key, address.object()))
                .isInstanceOf(Store.KeyExistsException.class);
    }

    @Test
    void givesBackWhatADeletedServiceHad() {
        StoredObject kept = created(service("clusterIP", "10.96.0.10", "type", "NodePort"));
        assertThatThrownBy(() -> created(service("clusterIP", "10.96.0.10")))
                .isInstanceOf(StatusException.class)
                .hasMessage("Service \"web\" is invalid: spec.clusterIPs: Invalid value: [\"10.96.0.10\"]: failed to"
                        + " allocate IP 10.96.0.10: provided IP is already allocated");
        services.delete(store, kept, kept.value());
        assertThat(addresses()).isEmpty();
        assertThat(NodePorts.allocated(store.snapshot()).isEmpty()).isTrue();
        assertThat(address(created(service("clusterIP", "10.96.0.10")))).isEqualTo("10.96.0.10");
    }

    @Test
    void keepsWhatAnUpdateLeavesOutAndReleasesWhatItGivesUp() {
        StoredObject before = created(service("type", "NodePort"));
        long port = nodePort(before);
        StoredObject same = updated(before, service("type", "NodePort"));
        assertThat(address(same)).isEqualTo(address(before));
        assertThat(nodePort(same)).isEqualTo(port);
        StoredObject internal = updated(same, same.value().withMap("spec", spec -> spec.with("type", "ClusterIP")));
        assertThat(nodePort(internal)).isZero();
        assertThat(services.validateUpdate("", internal.value(), same.value())).isEmpty();
        assertThat(nodePort(created(withNodePort(port)))).isEqualTo(port);
        updated(
                internal,
                internal.value()
                        .withMap(
                                "spec",
                                spec -> spec.with("type", "ExternalName").with("externalName", "example.org")));
        assertThat(addresses()).as("that of the other").hasSize(1);
    }

    @Test
    void leavesTheAddressesOfOthersAlone() {
        store.create(ServiceRanges.key("10.96.1.0"), MapValue.of("metadata", MapValue.of("name", "10.96.1.0")));
        StoredObject service = created(service());
        assertThat(address(service)).isEqualTo("10.96.1.1");
        assertThatThrownBy(() -> created(service("clusterIP", "10.96.1.0"))).isInstanceOf(StatusException.class);
        services.delete(
                store,
                service,
                service.value().withMap("spec", spec -> spec.with("clusterIPs", ListValue.of("10.96.1.0"))));
        assertThat(addresses()).containsExactly("10.96.1.0");
    }

    @Test
    void aFollowerAllocatesFromTheSameRanges() throws Exception {
        StoredObject first = created(service("type", "NodePort"));
        try (Store follower = MemoryStore.follow(store)) {
            assertThat(follower.await(store.revision(), java.time.Duration.ofSeconds(60)))
                    .isTrue();
            Strategy others = new Strategies(new ServiceRanges("10.96.0.0/16")).of("", "v1", "services", true);
            Allocation allocation = others.allocate(null, service("type", "NodePort"), follower.snapshot(), false);
            StoredObject second =
                    allocation.create(follower, new Key("services", "default", "other"), allocation.object());
            assertThat(address(second)).isNotEqualTo(address(first));
            assertThat(nodePort(second)).isNotEqualTo(nodePort(first));
            assertThat(addresses()).hasSize(2);
        }
    }

    @Test
    void goesRoundAndEnds() {
        BandedRange range = new BandedRange(0, 4, 2);
        BitSet taken = new BitSet();
        List<Integer> given = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            given.add(range.free(taken::get));
            taken.set(given.getLast());
        }
        taken.clear(2);
        for (int i = 0; i < 4; i++) {
            given.add(range.free(taken::get));
            if (given.getLast() >= 0) {
                taken.set(given.getLast());
            }
        }
        assertThat(given).containsExactly(2, 3, 2, 0, 1, -1);
    }
}
