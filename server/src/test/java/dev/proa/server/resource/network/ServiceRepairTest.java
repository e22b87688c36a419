package dev.proa.server.resource.network;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.server.store.Key;
import dev.proa.server.store.MemoryStore;
import dev.proa.server.store.StoredObject;
import java.time.Instant;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ServiceRepairTest {
    private static final Instant NOW = Instant.parse("2026-01-02T03:04:05.678Z");

    private final MemoryStore store = MemoryStore.inMemory();
    private final ServiceRanges ranges = new ServiceRanges("10.96.0.0/16");
    private final ServiceRepair repair = new ServiceRepair(store, ranges, () -> NOW);

    @AfterEach
    void close() {
        store.close();
    }

    private StoredObject service(String name, String ip, long nodePort) {
        return store.create(
                new Key("services", "default", name),
                MapValue.of(
                        "metadata",
                        MapValue.of("name", name, "namespace", "default", "uid", "u"),
                        "spec",
                        MapValue.of(
                                "clusterIP",
                                ip,
                                "clusterIPs",
                                ListValue.of(ip),
                                "ports",
                                ListValue.of(MapValue.of("port", 80L, "nodePort", nodePort)))));
    }

    private MapValue address(String ip) {
        StoredObject object = store.snapshot().get(ServiceRanges.key(ip));
        return object == null ? MapValue.EMPTY : object.value();
    }

    private List<String> events() {
        List<String> events = new ArrayList<>();
        for (StoredObject event : store.snapshot().list("events", null, null)) {
            events.add(event.value().map("involvedObject").string("kind") + " "
                    + event.value().map("involvedObject").string("name") + " "
                    + event.value().string("reason") + ": " + event.value().string("message"));
        }
        return events;
    }

    private static BitSet bits(int... offsets) {
        BitSet bits = new BitSet();
        for (int offset : offsets) {
            bits.set(offset);
        }
        return bits;
    }

    @Test
    void aStoreFromBeforeGetsWhatItsServicesHave() {
        service("a", "10.96.0.1", 30_000);
        service("b", "10.96.0.2", 30_005);
        service("headless", "None", 0);
        repair.run();
        assertThat(address("10.96.0.1").map("spec").map("parentRef"))
                .isEqualTo(MapValue.of("name", "a", "namespace", "default", "resource", "services"));
        assertThat(address("10.96.0.1").map("metadata").string("creationTimestamp"))
                .isEqualTo("2026-01-02T03:04:05Z");
        assertThat(store.snapshot().count(ServiceRanges.ADDRESSES, null)).isEqualTo(2);
        assertThat(NodePorts.allocated(store.snapshot())).isEqualTo(bits(0, 5));
        assertThat(events()).as("nothing was wrong").isEmpty();
        long revision = store.revision();
        repair.run();
        service("c", "None", 0);
        repair.run();
        assertThat(store.revision()).as("only the service").isEqualTo(revision + 1);
    }

    private void lose(String ip) {
        StoredObject address = Objects.requireNonNull(store.snapshot().get(ServiceRanges.key(ip)));
        store.delete(address.key(), address.revision(), address.value());
    }

    @Test
    void whatChangesDuringARunIsRepairedByTheNext() {
        service("a", "10.96.0.1", 30_000);
        service("b", "10.96.0.2", 30_001);
        repair.run();
        lose("10.96.0.2");
        List<String> meanwhile = new ArrayList<>(List.of("10.96.0.1"));
        ServiceRepair other = new ServiceRepair(
                store,
                ranges,
                () -> { // asked for the time when it repairs something
                    meanwhile.forEach(this::lose);
                    meanwhile.clear();
                    return NOW;
                });
        other.run();
        assertThat(address("10.96.0.2")).isNotEqualTo(MapValue.EMPTY);
        assertThat(address("10.96.0.1")).isEqualTo(MapValue.EMPTY);
        other.run();
        assertThat(address("10.96.0.1")).isNotEqualTo(MapValue.EMPTY);
    }

    @Test
    void whatIsMissingIsMadeAndTold() {
        service("a", "10.96.0.1", 30_000);
        repair.run();
        service("b", "10.96.0.2", 30_001);
        repair.run();
        assertThat(ServiceRanges.isManaged(address("10.96.0.2"))).isTrue();
        assertThat(NodePorts.allocated(store.snapshot())).isEqualTo(bits(0, 1));
        assertThat(events())
                .containsExactlyInAnyOrder(
                        "Service b ClusterIPNotAllocated: Cluster IP [IPv4]: 10.96.0.2 is not allocated; repairing",
                        "Service b PortNotAllocated: Port 30001 is not allocated; repairing");
    }

    @Test
    void whatNobodyHasIsRemoved() {
        StoredObject a = service("a", "10.96.0.1", 30_000);
        repair.run();
        StoredObject b = service("b", "10.96.0.2", 30_001);
        repair.run();
        store.delete(a.key(), a.revision(), a.value());
        store.update(
                b.key(),
                b.revision(),
                b.value().withMap("spec", spec -> spec.with("clusterIP", "None").without("clusterIPs")));
        store.create(ServiceRanges.key("10.96.0.99"), MapValue.of("metadata", MapValue.of("name", "10.96.0.99")));
        repair.run();
        assertThat(address("10.96.0.1")).isEqualTo(MapValue.EMPTY);
        assertThat(address("10.96.0.2")).isEqualTo(MapValue.EMPTY);
        assertThat(address("10.96.0.99")).as("the allocator did not make it").isNotEqualTo(MapValue.EMPTY);
        assertThat(NodePorts.allocated(store.snapshot())).isEqualTo(bits(1));
        assertThat(events())
                .contains(
                        "IPAddress 10.96.0.1 IPAddressNotAllocated: IPAddress: 10.96.0.1 for Service default/a appears"
                                + " to have leaked: cleaning up",
                        "IPAddress 10.96.0.2 IPAddressWrongReference: IPAddress: 10.96.0.2 for Service default/b has a"
                                + " wrong reference; cleaning up");
    }

    @Test
    void aWrongReferenceIsReplacedAndASharedAddressIsTold() {
        StoredObject a = service("a", "10.96.0.1", 30_000);
        repair.run();
        store.delete(a.key(), a.revision(), a.value());
        service("b", "10.96.0.1", 30_000);
        service("c", "10.96.0.1", 30_000);
        repair.run();
        assertThat(address("10.96.0.1").map("spec").map("parentRef").string("name"))
                .isEqualTo("b");
        repair.run();
        assertThat(events())
                .contains(
                        "Service b ClusterIPNotAllocated: the ClusterIP [IPv4]: 10.96.0.1 for Service default/b has a"
                                + " wrong reference; repairing",
                        "Service c ClusterIPAlreadyAllocated: Cluster IP [IPv4]:10.96.0.1 was assigned to multiple"
                                + " services; please recreate service",
                        "Service c PortAlreadyAllocated: Port 30000 was assigned to multiple services; please recreate"
                                + " service");
    }

    @Test
    void anAddressOutOfTheRangeIsTold() {
        service("a", "10.97.0.1", 20_000);
        repair.run();
        assertThat(events())
                .containsExactlyInAnyOrder(
                        "Service a ClusterIPOutOfRange: Cluster IP [IPv4]: 10.97.0.1 is not within any configured"
                                + " Service CIDR; please recreate service",
                        "Service a PortOutOfRange: Port 20000 is not within the port range 30000-32767; please recreate"
                                + " service");
    }
}
