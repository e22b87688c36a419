package dev.proa.node.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.node.cri.Conditions;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.spdy.DefaultSpdyDataFrame;
import io.netty.handler.codec.spdy.DefaultSpdyPingFrame;
import io.netty.handler.codec.spdy.DefaultSpdySynStreamFrame;
import io.netty.handler.codec.spdy.SpdyDataFrame;
import io.netty.handler.codec.spdy.SpdyFrame;
import io.netty.handler.codec.spdy.SpdyFrameCodec;
import io.netty.handler.codec.spdy.SpdyPingFrame;
import io.netty.handler.codec.spdy.SpdyRstStreamFrame;
import io.netty.handler.codec.spdy.SpdySynReplyFrame;
import io.netty.handler.codec.spdy.SpdySynStreamFrame;
import io.netty.handler.codec.spdy.SpdyVersion;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ClientWebSocket;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketConnectOptions;
import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PortForwardTest {
    @TempDir
    Path directory;

    private TestNode node;
    /** Held, since it closes its connections when it is forgotten. */
    private WebSocketClient client;

    private WebSocket socket;
    private final ByteArrayOutputStream arrived = new ByteArrayOutputStream();
    private EchoServer echo;

    private final EmbeddedChannel encoder = new EmbeddedChannel(new SpdyFrameCodec(SpdyVersion.SPDY_3_1));
    private final EmbeddedChannel decoder = new EmbeddedChannel(new SpdyFrameCodec(SpdyVersion.SPDY_3_1));
    private final Set<Integer> replied = new HashSet<>();
    private final Set<Integer> ended = new HashSet<>();
    private final Set<Integer> refused = new HashSet<>();
    private final Set<Integer> pongs = new HashSet<>();
    private final Map<Integer, StringBuilder> received = new HashMap<>();

    @BeforeEach
    void start() throws Exception {
        node = new TestNode(directory);
        echo = new EchoServer();
        // Java's own client does not know of subprotocols with a slash.
        client = node.webSocketClient();
        // Has its handler before it connects: messages may come with the answer to the upgrade.
        ClientWebSocket connecting = client.webSocket();
        connecting.handler(data -> {
            synchronized (arrived) {
                arrived.writeBytes(data.getBytes());
            }
        });
        socket = connecting
                .connect(new WebSocketConnectOptions()
                        .setHost("127.0.0.1")
                        .setPort(node.server.port())
                        .setURI("/portForward/default/web")
                        .addSubProtocol("SPDY/3.1+portforward.k8s.io"))
                .toCompletionStage()
                .toCompletableFuture()
                .get(60, TimeUnit.SECONDS);
        assertThat(socket.subProtocol()).isEqualTo("SPDY/3.1+portforward.k8s.io");
    }

    @AfterEach
    void stop() throws Exception {
        echo.close();
        node.close();
    }

    private void send(SpdyFrame frame) throws Exception {
        encoder.writeOutbound(frame);
        ByteBuf part = encoder.readOutbound();
        while (part != null) {
            byte[] bytes = new byte[part.readableBytes()];
            part.readBytes(bytes);
            part.release();
            socket.writeBinaryMessage(Buffer.buffer(bytes))
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(60, TimeUnit.SECONDS);
            part = encoder.readOutbound();
        }
    }

    private void open(int id, String type, int port, String request) throws Exception {
        SpdySynStreamFrame syn = new DefaultSpdySynStreamFrame(id, 0, (byte) 0);
        syn.headers()
                .set("streamtype", type)
                .set("port", Integer.toString(port))
                .set("requestid", request);
        send(syn);
    }

    private void data(int id, String text, boolean last) throws Exception {
        send(new DefaultSpdyDataFrame(id, Unpooled.copiedBuffer(text, StandardCharsets.UTF_8)).setLast(last));
    }

    /** Takes what has come. */
    private void look() {
        synchronized (arrived) {
            decoder.writeInbound(Unpooled.wrappedBuffer(arrived.toByteArray()));
            arrived.reset();
        }
        Object frame = decoder.readInbound();
        while (frame != null) {
            switch (frame) {
                case SpdySynReplyFrame reply -> {
                    assertThat(reply.headers().isEmpty()).isFalse();
                    replied.add(reply.streamId());
                }
                case SpdyRstStreamFrame reset -> refused.add(reset.streamId());
                case SpdyPingFrame pong -> pongs.add(pong.id());
                case SpdyDataFrame data -> {
                    received.computeIfAbsent(data.streamId(), id -> new StringBuilder())
                            .append(data.content().toString(StandardCharsets.UTF_8));
                    data.release();
                    if (data.isLast()) {
                        ended.add(data.streamId());
                    }
                }
                default -> {
                    // windows and goodbyes
                }
            }
            frame = decoder.readInbound();
        }
    }

    private String received(int id) {
        look();
        return received.getOrDefault(id, new StringBuilder()).toString();
    }

    private boolean ended(int id) {
        look();
        return ended.contains(id);
    }

    @Test
    void forwardsConnectionsSideBySide() throws Exception {
        for (int id = 1; id <= 5; id += 4) {
            open(id, "error", echo.port(), "r" + id);
            data(id, "", true);
            open(id + 2, "data", echo.port(), "r" + id);
        }
        data(3, "hello", false);
        data(7, "other", false);
        Conditions.await(
                "an echo", () -> received(3).equals("hello") && received(7).equals("other"));
        String much = "0123456789".repeat(100_000);
        data(3, much, true);
        Conditions.await("a large echo", () -> received(3).length() == much.length() + 5);
        Conditions.await("the end of both streams", () -> ended(3) && ended(1));
        assertThat(received(1)).isEmpty();
        assertThat(replied).contains(1, 3, 5, 7);
        assertThat(ended).doesNotContain(7);
    }

    @Test
    void saysWhyAPortDoesNotAnswer() throws Exception {
        try (Socket bound = new Socket()) { // has a port that nobody else gets, and does not listen
            bound.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            int free = bound.getLocalPort();
            open(1, "error", free, "0");
            open(3, "data", free, "0");
            Conditions.await("an error", () -> ended(1));
            assertThat(received(1))
                    .isEqualTo("error forwarding port " + free + " to pod web, uid u-1: connection refused");
        }
    }

    @Test
    void refusesStreamsOfAnotherKindAndAnswersPings() throws Exception {
        open(1, "stdin", 80, "0");
        open(3, "data", 70_000, "1");
        send(new DefaultSpdyPingFrame(1));
        Conditions.await("refusals", () -> {
            look();
            return refused.contains(1) && refused.contains(3) && pongs.contains(1);
        });
    }
}
