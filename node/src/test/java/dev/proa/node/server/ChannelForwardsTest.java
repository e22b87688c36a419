package dev.proa.node.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proa.api.status.StatusException;
import dev.proa.node.cri.Conditions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ClientWebSocket;
import io.vertx.core.http.UpgradeRejectedException;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketConnectOptions;
import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChannelForwardsTest {
    @TempDir
    Path directory;

    private TestNode node;
    private EchoServer echo;
    /** Held, since it closes its connections when it is forgotten. */
    private WebSocketClient client;

    private final Map<Integer, ByteArrayOutputStream> received = new ConcurrentHashMap<>();

    @BeforeEach
    void start() throws Exception {
        node = new TestNode(directory);
        echo = new EchoServer();
        client = node.webSocketClient();
    }

    @AfterEach
    void stop() throws Exception {
        echo.close();
        node.close();
    }

    private WebSocket open(String query, String... protocols) throws Exception {
        // Has its handler before it connects: messages may come with the answer to the upgrade.
        ClientWebSocket socket = client.webSocket();
        socket.handler(message -> received(socket, message));
        return socket.connect(new WebSocketConnectOptions()
                        .setHost("127.0.0.1")
                        .setPort(node.server.port())
                        .setURI("/portForward/default/web" + query)
                        .setSubProtocols(List.of(protocols)))
                .toCompletionStage()
                .toCompletableFuture()
                .get(60, TimeUnit.SECONDS);
    }

    private void received(WebSocket socket, Buffer message) {
        boolean text = "v4.base64.channel.k8s.io".equals(socket.subProtocol());
        int channel = text ? message.getByte(0) - '0' : message.getByte(0);
        byte[] content = message.getBytes(1, message.length());
        received.computeIfAbsent(channel, none -> new ByteArrayOutputStream())
                .writeBytes(text ? Base64.getDecoder().decode(content) : content);
    }

    private static void send(WebSocket socket, int channel, String text) throws Exception {
        byte[] content = text.getBytes(StandardCharsets.UTF_8);
        boolean base64 = "v4.base64.channel.k8s.io".equals(socket.subProtocol());
        (base64
                        ? socket.writeTextMessage(channel + Base64.getEncoder().encodeToString(content))
                        : socket.writeBinaryMessage(
                                Buffer.buffer().appendByte((byte) channel).appendBytes(content)))
                .toCompletionStage()
                .toCompletableFuture()
                .get(60, TimeUnit.SECONDS);
    }

    /** What came after the port. */
    private String received(int channel, int port) {
        byte[] bytes =
                received.getOrDefault(channel, new ByteArrayOutputStream()).toByteArray();
        if (bytes.length < 2) {
            return "";
        }
        assertThat(Byte.toUnsignedInt(bytes[0]) + (Byte.toUnsignedInt(bytes[1]) << 8))
                .isEqualTo(port);
        return new String(bytes, 2, bytes.length - 2, StandardCharsets.UTF_8);
    }

    @Test
    void eachPortHasTwoChannels() throws Exception {
        int port = echo.port();
        // Python offers both: the first would be accepted for commands.
        WebSocket socket = open("?port=" + port + "&port=" + port, "v5.channel.k8s.io", "v4.channel.k8s.io");
        assertThat(socket.subProtocol()).isEqualTo("v4.channel.k8s.io");
        send(socket, 0, "hello");
        send(socket, 2, "other");
        Conditions.await(
                "echoes",
                () -> received(0, port).equals("hello") && received(2, port).equals("other"));
        String much = "0123456789".repeat(5_000);
        for (int i = 0; i < 20; i++) {
            send(socket, 0, much);
        }
        Conditions.await("a large echo", () -> received(0, port).length() == 20 * much.length() + 5);
        assertThat(received(1, port)).isEmpty();
        assertThat(received(3, port)).isEmpty();
    }

    @Test
    void textsAreInBase64() throws Exception {
        int port = echo.port();
        WebSocket socket = open("?port=" + port, "v4.base64.channel.k8s.io");
        send(socket, 0, "hello");
        Conditions.await("an echo", () -> received(0, port).equals("hello"));
    }

    @Test
    void saysWhyAPortDoesNotAnswer() throws Exception {
        try (Socket bound = new Socket()) { // has a port that nobody else gets, and does not listen
            bound.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            int free = bound.getLocalPort();
            open("?port=" + free, "v4.channel.k8s.io");
            String message = "error forwarding port " + free + " to pod web, uid u-1: connection refused";
            Conditions.await("an error", () -> received(1, free).equals(message));
        }
    }

    @Test
    void portsAreChecked() {
        assertThatThrownBy(() -> open("", "v4.channel.k8s.io"))
                .isInstanceOf(ExecutionException.class)
                .cause()
                .isInstanceOfSatisfying(
                        UpgradeRejectedException.class,
                        refused -> assertThat(refused.getStatus()).isEqualTo(400));
        assertThat(ChannelForwards.ports(List.of("80,81", "82"))).containsExactly(80, 81, 82);
        for (String wrong : List.of("", "0", "-1", "70000", "80,", "http", "99999999999")) {
            assertThatThrownBy(() -> ChannelForwards.ports(List.of(wrong))).isInstanceOf(StatusException.class);
        }
    }
}
