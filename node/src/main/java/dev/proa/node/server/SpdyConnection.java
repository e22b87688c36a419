package dev.proa.node.server;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.spdy.DefaultSpdyDataFrame;
import io.netty.handler.codec.spdy.DefaultSpdyGoAwayFrame;
import io.netty.handler.codec.spdy.DefaultSpdyPingFrame;
import io.netty.handler.codec.spdy.DefaultSpdyRstStreamFrame;
import io.netty.handler.codec.spdy.DefaultSpdySynReplyFrame;
import io.netty.handler.codec.spdy.DefaultSpdyWindowUpdateFrame;
import io.netty.handler.codec.spdy.SpdyDataFrame;
import io.netty.handler.codec.spdy.SpdyFrame;
import io.netty.handler.codec.spdy.SpdyFrameCodec;
import io.netty.handler.codec.spdy.SpdyPingFrame;
import io.netty.handler.codec.spdy.SpdyRstStreamFrame;
import io.netty.handler.codec.spdy.SpdyStreamStatus;
import io.netty.handler.codec.spdy.SpdySynStreamFrame;
import io.netty.handler.codec.spdy.SpdyVersion;
import java.io.IOException;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;

/**
 * The server's end of a SPDY/3.1 connection, whose streams the client opens. Kubernetes' clients do not implement flow
 * control: window updates are sent but not awaited, and the TCP connection limits a sender. {@link #run} is for one
 * thread; streams are thread-safe.
 */
final class SpdyConnection implements AutoCloseable {
    private static final int MAX_STREAMS = 1024;

    private final ByteTransport transport;
    private final Predicate<SpdyStream> opened;
    private final EmbeddedChannel decoder = new EmbeddedChannel(new SpdyFrameCodec(SpdyVersion.SPDY_3_1));
    private final EmbeddedChannel encoder = new EmbeddedChannel(new SpdyFrameCodec(SpdyVersion.SPDY_3_1));
    /** Fair, so that each of many streams gets its turn. */
    private final ReentrantLock writing = new ReentrantLock(true);

    private final Map<Integer, SpdyStream> streams = new ConcurrentHashMap<>();

    /** @param opened decides whether to accept a stream that the client opens; must not block */
    SpdyConnection(ByteTransport transport, Predicate<SpdyStream> opened) {
        this.transport = transport;
        this.opened = opened;
    }

    /** Serves the connection until the client is gone; then all streams are at their end. */
    void run() throws IOException {
        try {
            byte[] bytes = transport.read();
            while (bytes != null) {
                decoder.writeInbound(Unpooled.wrappedBuffer(bytes));
                Object frame = decoder.readInbound();
                while (frame != null) {
                    handle(frame);
                    frame = decoder.readInbound();
                }
                bytes = transport.read();
            }
        } catch (RuntimeException e) {
            throw new IOException("the client sends no SPDY: " + e.getMessage(), e);
        } finally {
            streams.values().forEach(SpdyStream::reset);
            streams.clear();
            decoder.finishAndReleaseAll();
        }
    }

    private void handle(Object frame) throws IOException {
        switch (frame) {
            case SpdySynStreamFrame syn -> open(syn);
            case SpdyDataFrame data -> {
                try {
                    receive(data);
                } finally {
                    data.release();
                }
            }
            case SpdyRstStreamFrame reset -> {
                SpdyStream stream = streams.remove(reset.streamId());
                if (stream != null) {
                    stream.reset();
                }
            }
            case SpdyPingFrame ping when ping.id() % 2 != 0 -> send(new DefaultSpdyPingFrame(ping.id()));
            default -> {
                // SETTINGS, WINDOW_UPDATE and GOAWAY are ignored; after GOAWAY the client closes the connection.
            }
        }
    }

    private void open(SpdySynStreamFrame syn) throws IOException {
        Map<String, String> headers = new HashMap<>();
        for (var header : syn.headers()) {
            headers.put(
                    header.getKey().toString().toLowerCase(Locale.ROOT),
                    header.getValue().toString());
        }
        SpdyStream stream = new SpdyStream(this, syn.streamId(), headers);
        if (syn.isInvalid() || streams.size() >= MAX_STREAMS) {
            send(new DefaultSpdyRstStreamFrame(syn.streamId(), SpdyStreamStatus.REFUSED_STREAM));
            return;
        }
        streams.put(syn.streamId(), stream);
        if (syn.isLast()) {
            stream.end();
        }
        // Never without headers: for none the codec writes nothing, but Go clients expect a compressed zero.
        DefaultSpdySynReplyFrame reply = new DefaultSpdySynReplyFrame(syn.streamId());
        reply.headers().set("server", "proa");
        send(reply);
        if (!opened.test(stream)) {
            stream.abort();
        }
    }

    private void receive(SpdyDataFrame data) throws IOException {
        SpdyStream stream = streams.get(data.streamId());
        if (stream == null) {
            consumed(0, data.content().readableBytes());
            return;
        }
        byte[] bytes = new byte[data.content().readableBytes()];
        data.content().readBytes(bytes);
        stream.receive(bytes);
        if (data.isLast()) {
            stream.end();
        }
    }

    /** Sends part of a stream; blocks until it has been sent. */
    void data(int stream, byte[] bytes, int offset, int length, boolean last) throws IOException {
        send(new DefaultSpdyDataFrame(stream, Unpooled.copiedBuffer(bytes, offset, length)).setLast(last));
    }

    /** Sends a window update. */
    void consumed(int stream, int bytes) throws IOException {
        if (bytes > 0) {
            send(new DefaultSpdyWindowUpdateFrame(0, bytes));
            if (stream != 0) {
                send(new DefaultSpdyWindowUpdateFrame(stream, bytes));
            }
        }
    }

    /** Resets a stream, in both directions. */
    void abort(int stream) throws IOException {
        streams.remove(stream);
        send(new DefaultSpdyRstStreamFrame(stream, SpdyStreamStatus.CANCEL));
    }

    /** A stream is at its end in both directions. */
    void forget(int stream) {
        streams.remove(stream);
    }

    private void send(SpdyFrame frame) throws IOException {
        writing.lock();
        try {
            encoder.writeOutbound(frame);
            ByteBuf all = Unpooled.buffer();
            ByteBuf part = encoder.readOutbound();
            while (part != null) {
                all.writeBytes(part);
                part.release();
                part = encoder.readOutbound();
            }
            byte[] bytes = new byte[all.readableBytes()];
            all.readBytes(bytes);
            transport.write(bytes);
        } finally {
            writing.unlock();
        }
    }

    @Override
    public void close() {
        try {
            send(new DefaultSpdyGoAwayFrame(0));
        } catch (IOException e) {
            // The client is gone already.
        }
        transport.close();
    }
}
