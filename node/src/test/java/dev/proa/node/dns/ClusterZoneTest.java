package dev.proa.node.dns;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.client.ObjectKey;
import dev.proa.node.dns.ClusterZone.Answer;
import dev.proa.node.dns.DnsRecord.Address;
import dev.proa.node.dns.DnsRecord.Alias;
import dev.proa.node.dns.DnsRecord.Data;
import dev.proa.node.dns.DnsRecord.Location;
import dev.proa.node.dns.DnsRecord.NameServer;
import dev.proa.node.dns.DnsRecord.Pointer;
import dev.proa.node.dns.DnsRecord.Text;
import dev.proa.node.network.Cidr;
import java.net.Inet4Address;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Section numbers are those of the Kubernetes DNS-Based Service Discovery specification 1.1.0. */
class ClusterZoneTest {
    static final ClusterZone ZONE = zone(
            List.of(
                    service("web", "clusterIP", "10.96.1.2", "ports", ListValue.of(port("http", 80L), port("", 81L))),
                    service("db", "clusterIP", "None", "ports", ListValue.of(port("sql", 5432L))),
                    service("nobody", "clusterIP", "None"),
                    service("docs", "type", "ExternalName", "externalName", "Example.org."),
                    service("alias", "type", "ExternalName", "externalName", "web.default.svc.cluster.local")),
            List.of(
                    slice("web", port("http", 8080L), endpoint("10.244.0.9", "", true)),
                    slice(
                            "db",
                            port("sql", 5432L),
                            endpoint("10.244.0.5", "db-0", true),
                            endpoint("10.244.0.6", "", true),
                            endpoint("10.244.0.7", "db-2", false))));

    /** A zone with these services and slices. */
    static ClusterZone zone(List<MapValue> services, List<MapValue> slices) {
        ClusterZone zone = new ClusterZone(
                "cluster.local",
                List.of(Cidr.parse("10.96.0.0/16"), Cidr.parse("10.244.0.0/16")),
                Inet4Address.ofLiteral("10.96.0.10"));
        for (MapValue service : services) {
            ObjectKey key = ObjectKey.of(service);
            zone.update(
                    key,
                    service,
                    slices.stream()
                            .filter(slice -> slice.map("metadata")
                                    .map("labels")
                                    .string("kubernetes.io/service-name")
                                    .equals(key.name()))
                            .toList());
        }
        return zone;
    }

    private static MapValue service(String name, Object... spec) {
        return MapValue.of("metadata", MapValue.of("name", name, "namespace", "default"), "spec", MapValue.of(spec));
    }

    private static MapValue port(String name, long port) {
        return MapValue.of("name", name, "port", port, "protocol", "TCP");
    }

    private static MapValue slice(String service, MapValue port, MapValue... endpoints) {
        return MapValue.of(
                "metadata",
                MapValue.of("namespace", "default", "labels", MapValue.of("kubernetes.io/service-name", service)),
                "addressType",
                "IPv4",
                "ports",
                ListValue.of(port),
                "endpoints",
                ListValue.of((Object[]) endpoints));
    }

    private static MapValue endpoint(String address, String hostname, boolean ready) {
        return MapValue.of(
                "addresses", ListValue.of(address), "hostname", hostname, "conditions", MapValue.of("ready", ready));
    }

    private static List<Data> find(String name, int type) {
        return ZONE.find(name, type) instanceof Answer.Found found
                ? found.records().stream().map(DnsRecord::data).toList()
                : List.of();
    }

    private static Data address(String address) {
        return new Address(Inet4Address.ofLiteral(address));
    }

    @Test
    void schemaVersion_2_2() {
        assertThat(find("dns-version.cluster.local", DnsType.TXT)).containsExactly(new Text("1.1.0"));
    }

    @Test
    void serviceWithClusterAddress_2_3() {
        assertThat(find("web.default.svc.cluster.local", DnsType.A)).containsExactly(address("10.96.1.2"));
        assertThat(find("_http._tcp.web.default.svc.cluster.local", DnsType.SRV))
                .containsExactly(new Location(0, 100, 80, "web.default.svc.cluster.local"));
        assertThat(find("2.1.96.10.in-addr.arpa", DnsType.PTR))
                .containsExactly(new Pointer("web.default.svc.cluster.local"));
    }

    @Test
    void headlessService_2_4() {
        assertThat(find("db.default.svc.cluster.local", DnsType.A))
                .containsExactlyInAnyOrder(address("10.244.0.5"), address("10.244.0.6"));
        assertThat(find("db-0.db.default.svc.cluster.local", DnsType.A)).containsExactly(address("10.244.0.5"));
        assertThat(find("10-244-0-6.db.default.svc.cluster.local", DnsType.A)).containsExactly(address("10.244.0.6"));
        assertThat(find("_sql._tcp.db.default.svc.cluster.local", DnsType.SRV))
                .containsExactlyInAnyOrder(
                        new Location(0, 50, 5432, "db-0.db.default.svc.cluster.local"),
                        new Location(0, 50, 5432, "10-244-0-6.db.default.svc.cluster.local"));
        assertThat(find("5.0.244.10.in-addr.arpa", DnsType.PTR))
                .containsExactly(new Pointer("db-0.db.default.svc.cluster.local"));
    }

    @Test
    void anEndpointThatIsNotReadyHasNoName() {
        assertThat(ZONE.find("db-2.db.default.svc.cluster.local", DnsType.A)).isEqualTo(new Answer.NoSuchName());
        assertThat(ZONE.find("7.0.244.10.in-addr.arpa", DnsType.PTR)).isEqualTo(new Answer.NoSuchName());
    }

    @Test
    void aHeadlessServiceWithoutEndpointsHasNoName() {
        assertThat(ZONE.find("nobody.default.svc.cluster.local", DnsType.A)).isEqualTo(new Answer.NoSuchName());
    }

    @Test
    void externalName_2_5() {
        assertThat(find("docs.default.svc.cluster.local", DnsType.A)).containsExactly(new Alias("example.org"));
        assertThat(find("docs.default.svc.cluster.local", DnsType.CNAME)).containsExactly(new Alias("example.org"));
    }

    @Test
    void podsByTheirAddress() {
        assertThat(find("10-244-0-5.default.pod.cluster.local", DnsType.A)).containsExactly(address("10.244.0.5"));
        assertThat(ZONE.find("nonsense.default.pod.cluster.local", DnsType.A)).isEqualTo(new Answer.NoSuchName());
    }

    @Test
    void locationsBringTheirAddresses() {
        Answer.Found found = (Answer.Found) ZONE.find("_sql._tcp.db.default.svc.cluster.local", DnsType.SRV);

        assertThat(found.additional())
                .extracting(DnsRecord::data)
                .containsExactlyInAnyOrder(address("10.244.0.5"), address("10.244.0.6"));
    }

    @Test
    void aNameWithoutTheTypeIsNotAMissingName() {
        for (String name : List.of(
                "web.default.svc.cluster.local",
                "_tcp.web.default.svc.cluster.local",
                "default.svc.cluster.local",
                "svc.cluster.local",
                "cluster.local",
                "10-244-0-5.default.pod.cluster.local")) {
            assertThat(ZONE.find(name, DnsType.AAAA)).as(name).isEqualTo(new Answer.Nothing());
        }
        assertThat(ZONE.find("other.default.svc.cluster.local", DnsType.A)).isEqualTo(new Answer.NoSuchName());
        assertThat(ZONE.find("web.other.svc.cluster.local", DnsType.A)).isEqualTo(new Answer.NoSuchName());
        assertThat(ZONE.find("example.org.default.svc.cluster.local", DnsType.A))
                .isEqualTo(new Answer.NoSuchName());
    }

    @Test
    void theZoneSaysWhoIsResponsible() {
        assertThat(find("cluster.local", DnsType.SOA))
                .containsExactly(ZONE.authority().data());
        assertThat(find("cluster.local", DnsType.NS)).containsExactly(new NameServer("ns.dns.cluster.local"));
        assertThat(find("ns.dns.cluster.local", DnsType.A)).containsExactly(address("10.96.0.10"));
    }

    @Test
    void othersAreResponsibleForOtherNames() {
        assertThat(ZONE.find("example.org", DnsType.A)).isEqualTo(new Answer.NotHere());
        assertThat(ZONE.find("8.8.8.8.in-addr.arpa", DnsType.PTR)).isEqualTo(new Answer.NotHere());
        assertThat(ZONE.find("9.9.96.10.in-addr.arpa", DnsType.PTR)).isEqualTo(new Answer.NoSuchName());
        assertThat(ZONE.find("", DnsType.NS)).isEqualTo(new Answer.NotHere());
    }
}
