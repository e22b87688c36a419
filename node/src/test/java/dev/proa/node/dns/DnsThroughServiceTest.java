package dev.proa.node.dns;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.client.clock.Clock;
import dev.proa.client.supervision.LoopGroup;
import dev.proa.client.supervision.Supervisor;
import dev.proa.node.network.Cidr;
import dev.proa.node.network.RoutedNetwork;
import dev.proa.node.network.TestMachine;
import dev.proa.node.proxy.NftServiceProxy;
import dev.proa.node.proxy.ServiceTable;
import dev.proa.node.proxy.ServiceTable.Endpoint;
import dev.proa.node.proxy.ServiceTable.Port;
import dev.proa.node.proxy.ServiceTable.Protocol;
import dev.proa.node.proxy.ServiceTable.Service;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A pod asks the cluster's DNS by its service address, as every pod does. */
class DnsThroughServiceTest {
    private static final DnsMessage QUERY = DnsMessage.query(5, "web.default.svc.cluster.local", DnsType.A);

    private final LoopGroup loops = new Supervisor(Clock.system(), new Random(1)).group("dns");

    @Test
    void aPodAsksByTheServiceAddress(@TempDir Path directory) throws Exception {
        Path pod = directory.resolve("pod");
        try (TestMachine machine = TestMachine.create(directory)) {
            RoutedNetwork network = machine.closing(
                    machine.call(() -> RoutedNetwork.open(RoutedNetwork.Config.usual(directory.resolve("leases")))));
            NftServiceProxy proxy = machine.closing(machine.call(() -> NftServiceProxy.open(
                    "proa-services", Cidr.parse("10.96.0.0/16"), Cidr.parse("10.244.0.0/16"), true)));
            machine.closing(machine.call(() -> DnsServer.open(
                            new InetSocketAddress(network.gateway(), 53),
                            ClusterZoneTest.ZONE,
                            new Upstreams(List.of(), Duration.ofSeconds(1)))))
                    .start(loops);
            network.attach("pod", pod, List.of());
            proxy.sync(new ServiceTable(List.of(new Service(
                    "kube-system",
                    "kube-dns",
                    List.of(Inet4Address.ofLiteral("10.96.0.10")),
                    List.of(),
                    List.of(port(Protocol.UDP, network), port(Protocol.TCP, network)),
                    null,
                    false,
                    false))));

            for (Path from : List.of(pod, machine.namespace())) {
                assertThat(byUdp(from).answers()).hasSize(1);
                assertThat(byTcp(from).answers()).hasSize(1);
            }
            network.detach("pod", pod);
        }
    }

    private static Port port(Protocol protocol, RoutedNetwork network) {
        Inet4Address gateway = Inet4Address.ofLiteral(network.gateway());
        return new Port("", protocol, 53, 0, List.of(new Endpoint(gateway, 53, true, true, false, true)));
    }

    private static DnsMessage byUdp(Path from) throws Exception {
        try (DatagramChannel channel = TestMachine.datagrams(from, "10.96.0.10", 53);
                var selector = channel.provider().openSelector()) {
            channel.write(DnsCodec.encode(QUERY, 512));
            channel.configureBlocking(false);
            channel.register(selector, SelectionKey.OP_READ);
            assertThat(selector.select(60_000)).isOne();
            ByteBuffer answer = ByteBuffer.allocate(512);
            channel.read(answer);
            return DnsCodec.decode(answer.flip());
        }
    }

    private static DnsMessage byTcp(Path from) throws Exception {
        try (SocketChannel channel = TestMachine.connect(from, "10.96.0.10", 53)) {
            ByteBuffer query = DnsCodec.encode(QUERY, 512);
            channel.write(
                    ByteBuffer.allocate(2).putShort((short) query.remaining()).flip());
            channel.write(query);
            ByteBuffer length = fully(channel, 2);
            return DnsCodec.decode(fully(channel, Short.toUnsignedInt(length.getShort())));
        }
    }

    private static ByteBuffer fully(SocketChannel channel, int bytes) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(bytes);
        while (buffer.hasRemaining()) {
            assertThat(channel.read(buffer)).isPositive();
        }
        return buffer.flip();
    }
}
