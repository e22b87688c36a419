package dev.proa.client.http;

import dev.proa.client.Transport.TransportException;
import java.io.ByteArrayOutputStream;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;

/**
 * A WebSocket to the API server that carries several streams, as {@code channel.k8s.io} does: each message begins with the number
 * of its channel. One thread reads; any may send. A reader that is slow slows the server.
 */
public final class ChannelSocket implements AutoCloseable {
    private static final byte[] NOTHING = {};

    private final BlockingQueue<Message> messages = new LinkedBlockingQueue<>();
    private final Message end = new Message(-1, NOTHING);
    private @Nullable WebSocket socket;
    private volatile @Nullable Throwable failure;

    /**
     * A message of a channel.
     *
     * @param channel -1 for none
     */
    public record Message(int channel, byte[] content) {}

    ChannelSocket() {}

    /** The socket's listener, for the connection that is made. */
    WebSocket.Listener listener() {
        return new WebSocket.Listener() {
            private final ByteArrayOutputStream parts = new ByteArrayOutputStream();

            @Override
            public @Nullable CompletionStage<?> onBinary(WebSocket from, ByteBuffer data, boolean last) {
                byte[] part = new byte[data.remaining()];
                data.get(part);
                parts.writeBytes(part);
                if (!last) {
                    from.request(1);
                    return null;
                }
                byte[] whole = parts.toByteArray();
                parts.reset();
                if (whole.length == 0) {
                    from.request(1);
                } else {
                    messages.add(new Message(whole[0], java.util.Arrays.copyOfRange(whole, 1, whole.length)));
                }
                return null;
            }

            @Override
            public @Nullable CompletionStage<?> onClose(WebSocket from, int code, String reason) {
                messages.add(end);
                return null;
            }

            @Override
            public void onError(WebSocket from, Throwable error) {
                failure = error;
                messages.add(end);
            }
        };
    }

    ChannelSocket connected(WebSocket made) {
        socket = made;
        return this;
    }

    private WebSocket socket() {
        return java.util.Objects.requireNonNull(socket, "it is connected before anybody gets it");
    }

    /** The protocol that the server chose. */
    public String protocol() {
        return socket().getSubprotocol();
    }

    /**
     * Sends a message. Blocks while the server takes no more.
     *
     * @throws TransportException when the connection is closed
     */
    public synchronized void send(int channel, byte[] content, int length) {
        ByteBuffer message = ByteBuffer.allocate(length + 1);
        message.put((byte) channel).put(content, 0, length).flip();
        try {
            socket().sendBinary(message, true).get();
        } catch (ExecutionException e) {
            throw new TransportException("the connection is closed: " + e.getCause(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new TransportException("interrupted while sending", e);
        }
    }

    /**
     * The next message; null at the end of the connection.
     *
     * @throws TransportException when the connection broke
     */
    public @Nullable Message read() throws InterruptedException {
        Message message = messages.take();
        if (message == end) {
            messages.add(end);
            Throwable why = failure;
            if (why != null) {
                throw new TransportException("the connection broke: " + why.getMessage(), why);
            }
            return null;
        }
        socket().request(1);
        return message;
    }

    @Override
    public void close() {
        messages.add(end);
        socket().abort();
    }
}
