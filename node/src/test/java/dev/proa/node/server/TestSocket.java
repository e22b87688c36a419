package dev.proa.node.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A WebSocket client that keeps what it receives, by channel and as a whole. */
final class TestSocket implements WebSocket.Listener {
    private final Map<Integer, ByteArrayOutputStream> channels = new ConcurrentHashMap<>();
    private final ByteArrayOutputStream raw = new ByteArrayOutputStream();
    private final CompletableFuture<String> closed = new CompletableFuture<>();
    private int current = -1;
    private @Nullable WebSocket socket;

    static TestSocket open(TestNode node, String path, String protocol) throws Exception {
        TestSocket made = new TestSocket();
        WebSocket socket = node.client
                .newWebSocketBuilder()
                .subprotocols(protocol)
                .buildAsync(node.uri("wss", path), made)
                .get(60, TimeUnit.SECONDS);
        assertThat(socket.getSubprotocol()).isEqualTo(protocol);
        made.socket = socket;
        return made;
    }

    void send(int channel, String text) throws Exception {
        byte[] content = text.getBytes(StandardCharsets.UTF_8);
        send(ByteBuffer.allocate(content.length + 1)
                .put((byte) channel)
                .put(content)
                .flip());
    }

    void send(ByteBuffer message) throws Exception {
        socket().sendBinary(message, true).get(60, TimeUnit.SECONDS);
    }

    private WebSocket socket() {
        if (socket == null) {
            throw new AssertionError("not open");
        }
        return socket;
    }

    String channel(int channel) {
        ByteArrayOutputStream found = channels.get(channel);
        synchronized (raw) {
            return found == null ? "" : found.toString(StandardCharsets.UTF_8);
        }
    }

    int size(int channel) {
        ByteArrayOutputStream found = channels.get(channel);
        return found == null ? 0 : found.size();
    }

    String raw() {
        synchronized (raw) {
            return raw.toString(StandardCharsets.UTF_8);
        }
    }

    void awaitClose() throws Exception {
        closed.get(60, TimeUnit.SECONDS);
    }

    void close() throws Exception {
        socket().sendClose(WebSocket.NORMAL_CLOSURE, "").get(60, TimeUnit.SECONDS);
    }

    @Override
    public @Nullable CompletionStage<?> onBinary(WebSocket from, ByteBuffer data, boolean last) {
        byte[] bytes = new byte[data.remaining()];
        data.get(bytes);
        synchronized (raw) {
            raw.writeBytes(bytes);
            int start = 0;
            if (current < 0 && bytes.length > 0) {
                current = bytes[0] & 0xff;
                start = 1;
            }
            if (current >= 0) {
                channels.computeIfAbsent(current, c -> new ByteArrayOutputStream())
                        .write(bytes, start, bytes.length - start);
            }
            current = last ? -1 : current;
        }
        from.request(1);
        return null;
    }

    @Override
    public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
        synchronized (raw) {
            raw.writeBytes(data.toString().getBytes(StandardCharsets.UTF_8));
        }
        from.request(1);
        return null;
    }

    @Override
    public @Nullable CompletionStage<?> onClose(WebSocket from, int code, String reason) {
        closed.complete(reason);
        return null;
    }

    @Override
    public void onError(WebSocket from, Throwable error) {
        closed.completeExceptionally(error);
    }
}
