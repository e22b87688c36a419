package dev.proa.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;

/**
 * Limits what the HTTP/1 decoder buffers: request heads and trailers. It sits before the decoder and feeds it in
 * slices; a second handler after the decoder notices when something was decoded.
 */
final class HeadLimit extends ChannelInboundHandlerAdapter {
    /** Vert.x' name for its decoder. */
    static final String DECODER = "httpDecoder";

    private static final int SLICE = 2 << 10;

    /** A short header becomes an entry and two strings: in memory it takes this many times its size on the wire. */
    private static final int GROWTH = 16;

    private final ConnectionGuard guard;
    private long bytes;
    private int lines;
    /** Of a body whose length was announced: what has not come yet. */
    private long body;

    private boolean refused;
    private volatile long charged;
    private volatile long since;

    private HeadLimit(ConnectionGuard guard) {
        this.guard = guard;
    }

    static HeadLimit install(ChannelPipeline pipeline, ConnectionGuard guard) {
        HeadLimit limit = new HeadLimit(guard);
        pipeline.addBefore(DECODER, "headLimit", limit);
        pipeline.addAfter(DECODER, "headEnd", limit.new Decoded());
        return limit;
    }

    /** Whether an unfinished head began longer ago than {@code nanos}. */
    boolean slow(long now, long nanos) {
        long begun = since;
        return begun != 0 && now - begun > nanos;
    }

    /** Returns the memory that was taken. Called when the connection has ended. */
    synchronized void release() {
        guard.giveHead(charged);
        charged = 0;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) throws Exception {
        if (!(message instanceof ByteBuf all)) {
            super.channelRead(context, message);
            return;
        }
        if (context.pipeline().context(DECODER) == null) { // upgraded to a tunnel or a WebSocket
            finished();
            context.pipeline().remove(this);
            super.channelRead(context, message);
            return;
        }
        try {
            while (all.isReadable() && !refused) {
                // What belongs to a body is no head, and need not go in small pieces.
                boolean head = body <= 0;
                ByteBuf slice = all.readRetainedSlice((int) Math.min(head ? SLICE : body, all.readableBytes()));
                bytes += slice.readableBytes();
                lines += head ? lines(slice) : 0;
                context.fireChannelRead(slice);
                if (bytes > 0) {
                    unfinished(context);
                }
            }
        } finally {
            ReferenceCountUtil.release(all);
        }
    }

    private static int lines(ByteBuf slice) {
        int count = 0;
        int end = slice.writerIndex();
        for (int at = slice.indexOf(slice.readerIndex(), end, (byte) '\n');
                at >= 0;
                at = slice.indexOf(at + 1, end, (byte) '\n')) {
            count++;
        }
        return count;
    }

    private void unfinished(ChannelHandlerContext context) {
        if (since == 0) {
            since = System.nanoTime();
        }
        ConnectionLimits limits = guard.limits();
        if (lines > limits.headers() + 1 || bytes > limits.headBytes() + SLICE || !charge(bytes * GROWTH)) {
            refuse(context);
        }
    }

    private synchronized boolean charge(long wanted) {
        long more = wanted - charged;
        if (more > 0) {
            if (!guard.takeHead(more)) {
                return false;
            }
            charged = wanted;
        }
        return true;
    }

    /** Answers 431 (RFC 6585). */
    private void refuse(ChannelHandlerContext context) {
        refused = true;
        context.writeAndFlush(Unpooled.copiedBuffer(
                        "HTTP/1.1 431 Request Header Fields Too Large\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
                        StandardCharsets.US_ASCII))
                .addListener(ChannelFutureListener.CLOSE);
    }

    private void finished() {
        bytes = 0;
        lines = 0;
        since = 0;
        if (charged > 0) {
            release();
        }
    }

    /** The handler after the decoder. */
    private final class Decoded extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext context, Object message) throws Exception {
            // Some of the lines may belong to a body; size() counts headers of the same name once.
            boolean tooMany = lines > guard.limits().headers()
                    && message instanceof HttpRequest request
                    && request.headers().entries().size() > guard.limits().headers()
                    && request.decoderResult().isSuccess();
            finished();
            if (tooMany) {
                ReferenceCountUtil.release(message);
                refuse(context);
                return;
            }
            if (message instanceof HttpRequest request) {
                UpgradeMethod.hide(request);
                body = HttpUtil.isTransferEncodingChunked(request)
                                || !request.decoderResult().isSuccess()
                        ? 0
                        : HttpUtil.getContentLength(request, 0L);
            }
            if (message instanceof HttpContent content) {
                body -= content.content().readableBytes();
            }
            super.channelRead(context, message);
        }
    }
}
