package dev.proa.node.server;

import dev.proa.http.Blocking;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetSocket;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A bidirectional connection. One thread reads, one at a time writes. */
interface ByteTransport extends AutoCloseable {
    /** Blocks for the next bytes; null when the other side is gone. */
    byte @Nullable [] read() throws IOException;

    /** Blocks until the bytes have been sent. */
    void write(byte[] bytes) throws IOException;

    @Override
    void close();

    /** A plain connection. Called on its event loop, before anything was received. */
    static ByteTransport of(NetSocket socket) {
        socket.pause();
        Inbox<Buffer> inbox = new Inbox<>(socket);
        socket.handler(inbox::put);
        socket.endHandler(nothing -> inbox.end());
        socket.exceptionHandler(failure -> inbox.end());
        socket.closeHandler(nothing -> inbox.end());
        inbox.open();
        return new ByteTransport() {
            @Override
            public byte @Nullable [] read() throws IOException {
                Buffer next = inbox.take();
                return next == null ? null : next.getBytes();
            }

            @Override
            public void write(byte[] bytes) throws IOException {
                Blocking.awaitPeer(socket.write(Buffer.buffer(bytes)));
            }

            @Override
            public void close() {
                inbox.end();
                socket.close();
            }
        };
    }

    /** The contents of a WebSocket's messages, concatenated. */
    static ByteTransport of(ChannelSocket socket) {
        return new ByteTransport() {
            @Override
            public byte @Nullable [] read() throws IOException {
                return socket.readBytes();
            }

            @Override
            public void write(byte[] bytes) throws IOException {
                socket.writeMessage(bytes, 0, bytes.length);
            }

            @Override
            public void close() {
                socket.close();
            }
        };
    }
}
