package dev.proa.node.dns;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.client.ObjectKey;
import dev.proa.node.Tries;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Changes of single services in a zone. */
class ZoneUpdateTest {
    private static final List<Integer> TYPES = List.of(DnsType.A, DnsType.SRV, DnsType.PTR, DnsType.CNAME);

    /** The objects of a service. */
    private record Objects(MapValue service, List<MapValue> slices) {}

    private static Objects clustered(ObjectKey key, String address, String endpoint) {
        return new Objects(
                object(key, MapValue.of("clusterIP", address, "ports", ListValue.of(port()))),
                List.of(slice(List.of(endpoint))));
    }

    private static MapValue object(ObjectKey key, MapValue spec) {
        return MapValue.of("metadata", MapValue.of("name", key.name(), "namespace", key.namespace()), "spec", spec);
    }

    private static MapValue port() {
        return MapValue.of("name", "http", "port", 80L, "protocol", "TCP");
    }

    private static MapValue slice(List<String> addresses) {
        List<MapValue> endpoints = new ArrayList<>();
        addresses.forEach(address -> endpoints.add(MapValue.of("addresses", ListValue.of(address))));
        return MapValue.of(
                "addressType", "IPv4", "ports", ListValue.of(port()), "endpoints", ListValue.copyOf(endpoints));
    }

    private static Objects random(Random random, ObjectKey key) {
        List<String> addresses = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0; i--) {
            addresses.add("10.244.0." + random.nextInt(20));
        }
        MapValue spec = switch (random.nextInt(3)) {
            case 0 -> MapValue.of("type", "ExternalName", "externalName", "example.org");
            case 1 -> MapValue.of("clusterIP", "None");
            default -> MapValue.of("clusterIP", "10.96.0." + random.nextInt(20), "ports", ListValue.of(port()));
        };
        return new Objects(object(key, spec), List.of(slice(addresses)));
    }

    @Test
    void changesAddUpToWhatIsMadeAtOnce() {
        Tries.run(3, random -> {
            ClusterZone zone = ClusterZoneTest.zone(List.of(), List.of());
            Map<ObjectKey, Objects> services = new HashMap<>();
            for (int i = 0; i < 2000; i++) {
                ObjectKey key = new ObjectKey("ns" + random.nextInt(3), "s" + random.nextInt(10));
                if (random.nextInt(4) == 0) {
                    services.remove(key);
                    zone.update(key, null, List.of());
                } else {
                    Objects objects = random(random, key);
                    services.put(key, objects);
                    zone.update(key, objects.service, objects.slices);
                }
                if (i % 100 == 0) {
                    assertSame(zone, services);
                }
            }
        });
    }

    private static void assertSame(ClusterZone zone, Map<ObjectKey, Objects> services) {
        ClusterZone fresh = ClusterZoneTest.zone(List.of(), List.of());
        services.forEach((key, objects) -> fresh.update(key, objects.service, objects.slices));
        Set<String> names = new TreeSet<>();
        for (int i = 0; i < 20; i++) {
            names.add(i + ".0.244.10.in-addr.arpa");
            names.add(i + ".0.96.10.in-addr.arpa");
        }
        for (String namespace : List.of("ns0", "ns1", "ns2", "ns3")) {
            names.add(namespace + ".svc.cluster.local");
            for (int i = 0; i < 11; i++) {
                String service = "s" + i + "." + namespace + ".svc.cluster.local";
                names.addAll(List.of(service, "_http._tcp." + service, "_tcp." + service, "10-244-0-7." + service));
            }
        }
        for (String name : names) {
            for (int type : TYPES) {
                assertThat(zone.find(name, type)).as(name).isEqualTo(fresh.find(name, type));
            }
        }
    }

    @Test
    void aChangeOfOneServiceAmongThousandsMakesItsRecordsOnly() {
        ClusterZone zone = ClusterZoneTest.zone(List.of(), List.of());
        for (int i = 0; i < 2000; i++) {
            ObjectKey key = new ObjectKey("default", "s" + i);
            Objects objects = clustered(key, "10.96." + i / 250 + "." + i % 250, "10.244.0.1");
            zone.update(key, objects.service, objects.slices);
        }
        DnsRecord before = zone.authority();
        ObjectKey key = new ObjectKey("default", "s7");
        Objects changed = clustered(key, "10.96.0.7", "10.244.0.2");

        assertThat(zone.update(key, changed.service, changed.slices)).isEqualTo(5);
        assertThat(zone.authority()).as("the serial number").isNotEqualTo(before);
        DnsRecord after = zone.authority();
        assertThat(zone.update(key, changed.service, changed.slices))
                .as("the same again")
                .isZero();
        assertThat(zone.authority()).isEqualTo(after);
    }
}
