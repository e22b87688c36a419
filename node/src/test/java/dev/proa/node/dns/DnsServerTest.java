package dev.proa.node.dns;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.client.clock.Clock;
import dev.proa.client.supervision.LoopGroup;
import dev.proa.client.supervision.Supervisor;
import dev.proa.node.dns.DnsMessage.Edns;
import dev.proa.node.dns.DnsRecord.Address;
import dev.proa.node.dns.DnsRecord.Alias;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The server on the loopback address, with another of its kind as the node's resolver. */
class DnsServerTest {
    private static final InetSocketAddress ANY_PORT = new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0);

    private final LoopGroup loops = new Supervisor(Clock.system(), new Random(1)).group("dns");

    DnsServer upstream;
    DnsServer server;

    @BeforeEach
    void start() throws IOException {
        Map<String, List<DnsRecord>> elsewhere = Map.of(
                "www.example.org", List.of(record("www.example.org", new Alias("example.org"))),
                "example.org", List.of(record("example.org", new Address(Inet4Address.ofLiteral("203.0.113.7")))));
        upstream = DnsServer.open(ANY_PORT, new ClusterZone("example.org", List.of(), elsewhere), upstreams())
                .start(loops);
        server = DnsServer.open(ANY_PORT, ClusterZoneTest.ZONE, upstreams(upstream.address()))
                .start(loops);
    }

    @AfterEach
    void stop() {
        server.close();
        upstream.close();
    }

    private static DnsRecord record(String name, DnsRecord.Data data) {
        return new DnsRecord(name, 60, data);
    }

    private static Upstreams upstreams(InetSocketAddress... servers) {
        return new Upstreams(List.of(servers), Duration.ofSeconds(60));
    }

    private DnsMessage ask(DnsMessage query) throws Exception {
        return DnsCodec.decode(ByteBuffer.wrap(askByUdp(DnsCodec.encode(query, 512))));
    }

    private byte[] askByUdp(ByteBuffer query) throws IOException {
        try (DatagramSocket socket = new DatagramSocket()) {
            socket.setSoTimeout(60_000);
            byte[] bytes = new byte[query.remaining()];
            query.get(bytes);
            socket.send(new DatagramPacket(bytes, bytes.length, server.address()));
            DatagramPacket answer = new DatagramPacket(new byte[65_535], 65_535);
            socket.receive(answer);
            return java.util.Arrays.copyOf(answer.getData(), answer.getLength());
        }
    }

    private DnsMessage askByTcp(DnsMessage query) throws Exception {
        try (Socket socket =
                new Socket(server.address().getAddress(), server.address().getPort())) {
            for (int i = 0; i < 2; i++) {
                ByteBuffer bytes = DnsCodec.encode(query, 512);
                ByteBuffer framed = ByteBuffer.allocate(bytes.remaining() + 2)
                        .putShort((short) bytes.remaining())
                        .put(bytes);
                socket.getOutputStream().write(framed.array());
            }
            DataInputStream in = new DataInputStream(socket.getInputStream());
            in.skipNBytes(in.readUnsignedShort());
            byte[] answer = new byte[in.readUnsignedShort()];
            in.readFully(answer);
            return DnsCodec.decode(ByteBuffer.wrap(answer));
        }
    }

    @Test
    void answersFromTheZone() throws Exception {
        DnsMessage answer = ask(DnsMessage.query(77, "WEB.default.svc.Cluster.local", DnsType.A));

        assertThat(answer.id()).isEqualTo(77);
        assertThat(answer.code()).isEqualTo(DnsMessage.OK);
        assertThat(answer.flags() & DnsMessage.AUTHORITATIVE).isNotZero();
        assertThat(java.util.Objects.requireNonNull(answer.question()).name())
                .isEqualTo("WEB.default.svc.Cluster.local");
        assertThat(answer.answers())
                .containsExactly(new DnsRecord(
                        "web.default.svc.cluster.local", 5, new Address(Inet4Address.ofLiteral("10.96.1.2"))));
    }

    @Test
    void saysNoWithTheAuthority() throws Exception {
        DnsMessage none = ask(DnsMessage.query(1, "none.default.svc.cluster.local", DnsType.A));
        DnsMessage nothing = ask(DnsMessage.query(1, "web.default.svc.cluster.local", DnsType.AAAA));

        assertThat(none.code()).isEqualTo(DnsMessage.NO_SUCH_NAME);
        assertThat(nothing.code()).isEqualTo(DnsMessage.OK);
        assertThat(nothing.answers()).isEmpty();
        assertThat(none.authorities()).containsExactly(ClusterZoneTest.ZONE.authority());
        assertThat(nothing.authorities()).containsExactly(ClusterZoneTest.ZONE.authority());
    }

    @Test
    void asksTheNodesResolverForOtherNames() throws Exception {
        for (DnsMessage answer : List.of(
                ask(DnsMessage.query(1, "www.example.org", DnsType.A)),
                askByTcp(DnsMessage.query(1, "www.example.org", DnsType.A)))) {
            assertThat(answer.answers())
                    .extracting(DnsRecord::data)
                    .containsExactly(new Alias("example.org"), new Address(Inet4Address.ofLiteral("203.0.113.7")));
        }
        assertThat(ask(DnsMessage.query(1, "no.example.org", DnsType.A)).code()).isEqualTo(DnsMessage.NO_SUCH_NAME);
    }

    @Test
    void followsExternalNames() throws Exception {
        assertThat(ask(DnsMessage.query(1, "docs.default.svc.cluster.local", DnsType.A))
                        .answers())
                .extracting(DnsRecord::data)
                .containsExactly(new Alias("example.org"), new Address(Inet4Address.ofLiteral("203.0.113.7")));
        assertThat(ask(DnsMessage.query(1, "alias.default.svc.cluster.local", DnsType.A))
                        .answers())
                .extracting(DnsRecord::data)
                .containsExactly(
                        new Alias("web.default.svc.cluster.local"), new Address(Inet4Address.ofLiteral("10.96.1.2")));
    }

    @Test
    void withoutAResolverOtherNamesFailAtOnce() throws Exception {
        server.close();
        server = DnsServer.open(ANY_PORT, ClusterZoneTest.ZONE, upstreams()).start(loops);

        assertThat(ask(DnsMessage.query(1, "example.org", DnsType.A)).code()).isEqualTo(DnsMessage.SERVER_FAILURE);
    }

    @Test
    void aResolverThatIsSilentFailsInTime() throws Exception {
        server.close();
        server = DnsServer.open(
                        ANY_PORT,
                        ClusterZoneTest.ZONE,
                        new Upstreams(List.of(upstream.address()), Duration.ofMillis(500)))
                .start(loops);
        upstream.close();

        assertThat(ask(DnsMessage.query(1, "example.org", DnsType.A)).code()).isEqualTo(DnsMessage.SERVER_FAILURE);
        assertThat(askByTcp(DnsMessage.query(1, "example.org", DnsType.A)).code())
                .isEqualTo(DnsMessage.SERVER_FAILURE);
    }

    @Test
    void aLongAnswerIsTruncatedByUdpAndWholeByTcp() throws Exception {
        List<MapValue> endpoints = IntStream.range(0, 200)
                .mapToObj(i -> MapValue.of("addresses", ListValue.of("10.244.1." + i)))
                .toList();
        ClusterZone zone = ClusterZoneTest.zone(
                List.of(MapValue.of(
                        "metadata",
                        MapValue.of("name", "big", "namespace", "default"),
                        "spec",
                        MapValue.of("clusterIP", "None"))),
                List.of(MapValue.of(
                        "metadata",
                        MapValue.of("namespace", "default", "labels", MapValue.of("kubernetes.io/service-name", "big")),
                        "addressType",
                        "IPv4",
                        "endpoints",
                        ListValue.copyOf(endpoints))));
        server.close();
        server = DnsServer.open(ANY_PORT, zone, upstreams(upstream.address())).start(loops);
        DnsMessage query = DnsMessage.query(1, "big.default.svc.cluster.local", DnsType.A);
        DnsMessage wide = new DnsMessage(
                1, query.flags(), query.question(), List.of(), List.of(), List.of(), new Edns(4096, 0, 0, false));

        DnsMessage classic = ask(query);
        assertThat(classic.truncated()).isTrue();
        assertThat(classic.edns()).isNull();
        DnsMessage wider = ask(wide);
        assertThat(wider.truncated()).isTrue();
        assertThat(wider.answers()).hasSizeGreaterThan(classic.answers().size());
        assertThat(wider.edns()).isEqualTo(new Edns(1232, 0, 0, false));
        assertThat(askByTcp(query).answers()).hasSize(200);
    }

    @Test
    void aPortThatIsTakenForTcpIsNotTaken() throws Exception {
        List<DnsServer> servers = new java.util.ArrayList<>();
        try (java.net.ServerSocket taken = new java.net.ServerSocket(0, 1, ANY_PORT.getAddress())) {
            for (int i = 0; i < 200; i++) {
                servers.add(DnsServer.open(ANY_PORT, ClusterZoneTest.ZONE, upstreams()));
            }
            assertThat(servers).noneMatch(s -> s.address().getPort() == taken.getLocalPort());
            InetSocketAddress same = new InetSocketAddress(ANY_PORT.getAddress(), taken.getLocalPort());
            org.assertj.core.api.Assertions.assertThatThrownBy(
                            () -> DnsServer.open(same, ClusterZoneTest.ZONE, upstreams()))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("Could not serve DNS on /127.0.0.1:" + taken.getLocalPort());
        } finally {
            servers.forEach(DnsServer::close);
        }
    }

    @Test
    void unusualQueriesGetTheRightCode() throws Exception {
        DnsMessage query = DnsMessage.query(9, "web.default.svc.cluster.local", DnsType.A);
        DnsMessage update = new DnsMessage(9, 5 << 11, query.question(), List.of(), List.of(), List.of(), null);
        DnsMessage future =
                new DnsMessage(9, 0, query.question(), List.of(), List.of(), List.of(), new Edns(1232, 0, 3, false));

        assertThat(ask(update).code()).isEqualTo(DnsMessage.NOT_IMPLEMENTED);
        assertThat(ask(future).code()).isEqualTo(DnsMessage.BAD_VERSION);
        byte[] broken = new byte[14];
        broken[1] = 9;
        broken[5] = 1;
        broken[12] = 63;
        DnsMessage refusal = DnsCodec.decode(ByteBuffer.wrap(askByUdp(ByteBuffer.wrap(broken))));
        assertThat(refusal.id()).isEqualTo(9);
        assertThat(refusal.code()).isEqualTo(DnsMessage.FORMAT_ERROR);
    }

    @Test
    void theClustersOwnAddressIsNoResolver(@TempDir Path directory) throws IOException {
        Path file = Files.writeString(
                directory.resolve("resolv.conf"),
                "# comment\nsearch example.org\nnameserver 10.96.0.10\nnameserver 10.244.0.1\n");

        assertThat(Upstreams.read(
                                file, Set.of(InetAddress.ofLiteral("10.96.0.10"), InetAddress.ofLiteral("10.244.0.1")))
                        .isEmpty())
                .isTrue();
        assertThat(Upstreams.read(directory.resolve("none"), Set.of()).isEmpty())
                .isTrue();
    }
}
