package dev.proa.node.dns;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proa.client.clock.Clock;
import dev.proa.client.supervision.LoopGroup;
import dev.proa.client.supervision.Supervisor;
import dev.proa.node.cri.Conditions;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** A client at 127.0.0.2 that exceeds its share, beside one at 127.0.0.1 that must still be served. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class HostileDnsClientTest {
    private static final InetAddress HONEST = InetAddress.ofLiteral("127.0.0.1");
    private static final InetAddress HOSTILE = InetAddress.ofLiteral("127.0.0.2");
    private static final String NAME = "web.default.svc.cluster.local";
    private static final Duration SECONDS = Duration.ofSeconds(20);

    private final LoopGroup loops = new Supervisor(Clock.system(), new Random(1)).group("dns");

    private DatagramSocket upstream;
    private DnsServer server;
    private final List<Socket> opened = new ArrayList<>();

    @BeforeEach
    void start() throws IOException {
        upstream = new DatagramSocket(new InetSocketAddress(HONEST, 0));
        Thread.ofPlatform().daemon().start(this::answerTheGood);
        Upstreams upstreams =
                new Upstreams(List.of((InetSocketAddress) upstream.getLocalSocketAddress()), Duration.ofSeconds(30));
        server = DnsServer.open(new InetSocketAddress("0.0.0.0", 0), ClusterZoneTest.ZONE, upstreams)
                .start(loops);
    }

    @AfterEach
    void stop() throws IOException {
        for (Socket socket : opened) {
            socket.close();
        }
        server.close();
        upstream.close();
    }

    /** A resolver that knows {@code good.example.org} and says nothing of other names. */
    private void answerTheGood() {
        byte[] buffer = new byte[1024];
        while (!upstream.isClosed()) {
            try {
                DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
                upstream.receive(packet);
                DnsMessage query = DnsCodec.decode(ByteBuffer.wrap(buffer, 0, packet.getLength()));
                if (query.question() != null && query.question().name().equals("good.example.org")) {
                    var address = new DnsRecord.Address(Inet4Address.ofLiteral("203.0.113.7"));
                    DnsMessage answer = query.answer(
                            DnsMessage.OK,
                            List.of(new DnsRecord("good.example.org", 60, address)),
                            List.of(),
                            List.of());
                    byte[] bytes = bytes(answer);
                    upstream.send(new DatagramPacket(bytes, bytes.length, packet.getSocketAddress()));
                }
            } catch (IOException | DnsCodec.FormatException e) {
                if (!upstream.isClosed()) {
                    throw new IllegalStateException(e);
                }
            }
        }
    }

    private static byte[] bytes(DnsMessage message) {
        ByteBuffer encoded = DnsCodec.encode(message, 512);
        byte[] bytes = new byte[encoded.remaining()];
        encoded.get(bytes);
        return bytes;
    }

    private static byte[] query(String name) {
        return bytes(DnsMessage.query(7, name, DnsType.A));
    }

    private static byte[] framed(byte[] message) {
        return ByteBuffer.allocate(message.length + 2)
                .putShort((short) message.length)
                .put(message)
                .array();
    }

    private InetSocketAddress address() {
        return new InetSocketAddress(HONEST, server.address().getPort());
    }

    private Socket connect(InetAddress from) throws IOException {
        Socket socket = new Socket();
        opened.add(socket);
        socket.bind(new InetSocketAddress(from, 0));
        socket.connect(address());
        return socket;
    }

    /** Asks as resolvers do: again after a second, since the kernel may drop a datagram when the socket's buffer is full. */
    private void answeredByUdp(String name) throws Exception {
        try (DatagramSocket socket = new DatagramSocket(new InetSocketAddress(HONEST, 0))) {
            socket.setSoTimeout(1_000);
            byte[] bytes = query(name);
            DatagramPacket answer = new DatagramPacket(new byte[1024], 1024);
            for (int attempt = 1; answer.getAddress() == null; attempt++) {
                socket.send(new DatagramPacket(bytes, bytes.length, address()));
                try {
                    socket.receive(answer);
                } catch (SocketTimeoutException e) {
                    if (attempt == 5) {
                        throw e;
                    }
                }
            }
            DnsMessage message = DnsCodec.decode(ByteBuffer.wrap(Arrays.copyOf(answer.getData(), answer.getLength())));
            assertThat(message.answers()).hasSize(1);
        }
    }

    private void answeredByTcp() throws Exception {
        try (Socket socket = connect(HONEST)) {
            socket.setSoTimeout(5_000);
            socket.getOutputStream().write(framed(query(NAME)));
            DataInputStream in = new DataInputStream(socket.getInputStream());
            byte[] answer = new byte[in.readUnsignedShort()];
            in.readFully(answer);
            assertThat(DnsCodec.decode(ByteBuffer.wrap(answer)).answers()).hasSize(1);
        }
    }

    private static boolean closed(Socket socket) {
        try {
            socket.setSoTimeout(1);
            return socket.getInputStream().read() < 0;
        } catch (SocketTimeoutException e) {
            return false;
        } catch (IOException e) {
            return true;
        }
    }

    @Test
    void chainsOfPointersAreNotFollowedForLong() {
        ByteBuffer message = ByteBuffer.allocate(0xffff);
        message.putShort((short) 1).putShort((short) 0x100).putShort((short) 0);
        int records = 2500;
        message.putShort((short) records).putShort((short) 0).putShort((short) 0);
        // One record whose data is a chain of pointers, each to the one before, and many that are named by its end.
        message.put((byte) 0).putShort((short) 99).putShort((short) 1).putInt(0);
        int chain = 0x3f00 - message.position() - 2;
        message.putShort((short) chain);
        int previous = 12;
        int end = message.position() + chain - 2;
        while (message.position() < end) {
            int here = message.position();
            message.putShort((short) (0xc000 | previous));
            previous = here;
        }
        message.position(end + 2);
        while (message.remaining() > 12) {
            message.putShort((short) (0xc000 | previous)).putShort((short) 99).putShort((short) 1);
            message.putInt(0).putShort((short) 0);
        }
        assertThatThrownBy(() -> DnsCodec.decode(message.flip().slice()))
                .isInstanceOf(DnsCodec.FormatException.class)
                .hasMessageContaining("pointers");
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT) // it waits for the server's limits
    void connectionsThatAskNothingTakeNoRoom() throws Exception {
        for (int i = 0; i < 600; i++) {
            connect(HOSTILE);
        }
        answeredByTcp();
        Conditions.await(
                "all but a few to be closed",
                () -> opened.stream().filter(socket -> !closed(socket)).count() <= 40);
        answeredByTcp();
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT) // it waits for the server's limits
    void messagesThatDoNotEndAreClosed() throws Exception {
        List<Socket> sockets = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            Socket socket = connect(HOSTILE);
            socket.getOutputStream().write(new byte[] {(byte) 0xff, (byte) 0xff});
            sockets.add(socket);
        }
        long end = System.nanoTime() + SECONDS.toNanos();
        Conditions.await("the connections to be closed, or their time to be over", () -> {
            for (Socket socket : sockets) {
                try {
                    socket.getOutputStream().write(0);
                } catch (IOException e) {
                    continue; // closed, which is what is waited for
                }
            }
            return sockets.stream().allMatch(HostileDnsClientTest::closed) || System.nanoTime() > end;
        });
        assertThat(sockets).allMatch(HostileDnsClientTest::closed);
        answeredByTcp();
    }

    @Test
    void queriesThatNobodyAnswersLeaveRoomForOthers() throws Exception {
        try (DatagramSocket socket = new DatagramSocket(new InetSocketAddress(HOSTILE, 0))) {
            for (int i = 0; i < 1500; i++) {
                byte[] bytes = query("silent" + i + ".example.org");
                socket.send(new DatagramPacket(bytes, bytes.length, address()));
                if (i % 100 == 0) {
                    answeredByUdp(NAME); // not faster than the server receives
                }
            }
            answeredByUdp("good.example.org");
        }
    }

    @Test
    void floodsLeaveTimeForOthers() throws Exception {
        AtomicBoolean over = new AtomicBoolean();
        List<Thread> floods = new ArrayList<>();
        floods.add(Thread.ofPlatform().daemon().start(() -> floodByUdp(over)));
        for (int i = 0; i < Runtime.getRuntime().availableProcessors() + 1; i++) {
            Socket socket = connect(HOSTILE);
            floods.add(Thread.ofPlatform().daemon().start(() -> floodByTcp(socket, over)));
            floods.add(Thread.ofPlatform().daemon().start(() -> swallow(socket)));
        }
        try {
            for (int i = 0; i < 100; i++) {
                answeredByUdp(NAME);
                CompletableFuture<Boolean> turn = new CompletableFuture<>();
                Thread.ofVirtual().start(() -> turn.complete(true));
                assertThat(turn.get(5, TimeUnit.SECONDS)).isTrue();
            }
            answeredByTcp();
        } finally {
            over.set(true);
        }
        for (Socket socket : opened) {
            socket.close();
        }
        for (Thread flood : floods) {
            flood.join();
        }
    }

    private void floodByUdp(AtomicBoolean over) {
        try (DatagramSocket socket = new DatagramSocket(new InetSocketAddress(HOSTILE, 0))) {
            byte[] bytes = query(NAME);
            DatagramPacket packet = new DatagramPacket(bytes, bytes.length, address());
            while (!over.get()) {
                socket.send(packet);
            }
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void floodByTcp(Socket socket, AtomicBoolean over) {
        byte[] one = framed(query(NAME));
        byte[] many = new byte[one.length * 1000];
        for (int i = 0; i < 1000; i++) {
            System.arraycopy(one, 0, many, i * one.length, one.length);
        }
        try {
            while (!over.get()) {
                socket.getOutputStream().write(many);
            }
        } catch (IOException e) {
            // closed at the end
        }
    }

    private static void swallow(Socket socket) {
        try {
            byte[] buffer = new byte[1 << 16];
            while (socket.getInputStream().read(buffer) >= 0) {
                // answers of no interest
            }
        } catch (IOException e) {
            // closed at the end
        }
    }
}
