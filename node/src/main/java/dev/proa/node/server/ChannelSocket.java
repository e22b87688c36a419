package dev.proa.node.server;

import dev.proa.http.Blocking;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.http.WebSocketFrame;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A blocking WebSocket for the {@code channel.k8s.io} protocols: the first byte of a message is its channel. In the
 * {@code base64} variants messages are text: a digit, and the content in base64. One thread reads, any may write.
 */
final class ChannelSocket implements AutoCloseable {
    /** The channel of messages that close another channel, from version 5 of the protocol on. */
    static final int CLOSE_CHANNEL = 255;

    /** The largest message; no client sends larger ones. */
    private static final int LONGEST_TEXT = 8 << 20;

    private final ServerWebSocket socket;
    private final boolean base64;
    private final Inbox<WebSocketFrame> inbox;
    private final ReentrantLock writing = new ReentrantLock();
    private int channel = -1;

    /** A part of a message to a channel. */
    record Message(int channel, byte[] content) {}

    private ChannelSocket(ServerWebSocket socket) {
        this.socket = socket;
        this.base64 = protocol().contains("base64.");
        this.inbox = new Inbox<>(socket);
    }

    /** Takes over a WebSocket. Called on its event loop, before anything was received. */
    static ChannelSocket of(ServerWebSocket socket) {
        socket.pause();
        ChannelSocket channels = new ChannelSocket(socket);
        socket.frameHandler(frame -> {
            if (frame.isBinary() || frame.isText() || frame.isContinuation()) {
                channels.inbox.put(frame);
            }
        });
        socket.exceptionHandler(failure -> channels.inbox.end());
        socket.closeHandler(nothing -> channels.inbox.end());
        channels.inbox.open();
        return channels;
    }

    /** The subprotocol agreed on; empty for none. */
    String protocol() {
        String protocol = socket.subProtocol();
        return protocol == null ? "" : protocol;
    }

    /** Blocks for the next part of a message; null when the client is gone. */
    @Nullable
    Message read() throws IOException {
        while (true) {
            WebSocketFrame frame = inbox.take();
            if (frame == null) {
                return null;
            }
            Message message = base64 ? text(frame) : binary(frame);
            if (message != null) {
                return message;
            }
        }
    }

    /** The content of the next frame, whatever message it is of; null when the client is gone. */
    byte @Nullable [] readBytes() throws IOException {
        WebSocketFrame frame = inbox.take();
        return frame == null ? null : frame.binaryData().getBytes();
    }

    private @Nullable Message binary(WebSocketFrame frame) {
        Buffer data = frame.binaryData();
        int from = 0;
        if (!frame.isContinuation()) {
            channel = -1;
        }
        if (channel < 0) {
            if (data.length() == 0) {
                return null;
            }
            channel = data.getUnsignedByte(0);
            from = 1;
        }
        return new Message(channel, data.getBytes(from, data.length()));
    }

    private @Nullable Message text(WebSocketFrame first) throws IOException {
        Buffer text = Buffer.buffer().appendBuffer(first.binaryData());
        WebSocketFrame frame = first;
        while (!frame.isFinal()) {
            WebSocketFrame next = inbox.take();
            if (next == null) {
                return null;
            }
            frame = next;
            text.appendBuffer(frame.binaryData());
            if (text.length() > LONGEST_TEXT) {
                throw new IOException("a message has more than " + LONGEST_TEXT + " bytes");
            }
        }
        if (text.length() == 0) {
            return null;
        }
        try {
            byte[] content = Base64.getDecoder().decode(text.getBytes(1, text.length()));
            return new Message(text.getByte(0) - '0', content);
        } catch (IllegalArgumentException e) {
            throw new IOException("a message is not base64: " + e.getMessage(), e);
        }
    }

    /** Sends content to a channel; blocks until it has been sent. */
    void write(int to, byte[] bytes, int offset, int length) throws IOException {
        if (base64) {
            send(WebSocketFrame.textFrame((char) ('0' + to) + encode(bytes, offset, length), true));
        } else {
            send(WebSocketFrame.binaryFrame(
                    Buffer.buffer(length + 1).appendByte((byte) to).appendBytes(bytes, offset, length), true));
        }
    }

    /** Sends a message without a channel; blocks until it has been sent. */
    void writeMessage(byte[] bytes, int offset, int length) throws IOException {
        if (base64) {
            send(WebSocketFrame.textFrame(encode(bytes, offset, length), true));
        } else {
            send(WebSocketFrame.binaryFrame(Buffer.buffer(length).appendBytes(bytes, offset, length), true));
        }
    }

    private static String encode(byte[] bytes, int offset, int length) {
        byte[] part = java.util.Arrays.copyOfRange(bytes, offset, offset + length);
        return new String(Base64.getEncoder().encode(part), StandardCharsets.US_ASCII);
    }

    private void send(WebSocketFrame frame) throws IOException {
        writing.lock();
        try {
            Blocking.awaitPeer(socket.writeFrame(frame));
        } catch (IllegalStateException e) {
            throw new IOException("the client is gone", e);
        } finally {
            writing.unlock();
        }
    }

    /** Writes to a channel. */
    OutputStream output(int to) {
        return new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                write(new byte[] {(byte) b}, 0, 1);
            }

            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                ChannelSocket.this.write(to, bytes, offset, length);
            }
        };
    }

    /** Sends a close frame, and discards what arrives until the client's. Idempotent. */
    @Override
    public void close() {
        inbox.discard();
        socket.close();
    }
}
