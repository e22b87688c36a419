package dev.proa.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.AttributeKey;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.impl.HttpServerConnection;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A connection and its state. It starts unauthenticated, and is closed when its handshake or a request head takes too
 * long, or when it is idle. Thread-safe.
 */
public final class GuardedConnection extends ChannelInboundHandlerAdapter {
    static final AttributeKey<GuardedConnection> KEY = AttributeKey.valueOf("dev.proa.http.guard");

    /** Concurrent requests on an unauthenticated connection, and bytes it may send between requests. */
    private static final int STRANGERS_REQUESTS = 32;

    private static final long STRANGERS_BYTES = 256 << 10;

    /** Requests in all on an unauthenticated connection: whoever wants more pays for another handshake. */
    private static final int STRANGERS_TURNS = 100;

    /** Largest handshake. What follows it is buffered meanwhile, so beyond this no more is read until it has ended. */
    private static final long HANDSHAKE_BYTES = 128 << 10;

    private enum Stage {
        HANDSHAKING,
        STRANGER,
        KNOWN
    }

    private final ConnectionGuard guard;
    private final Channel channel;
    private final InetAddress address;
    private final AtomicInteger requests = new AtomicInteger();
    private final AtomicInteger turns = new AtomicInteger();
    private volatile Stage stage = Stage.HANDSHAKING;
    private volatile long lastChange = System.nanoTime();
    private volatile boolean over;
    private volatile boolean refused;
    private volatile boolean registered;
    private final AtomicBoolean cut = new AtomicBoolean();
    private volatile @Nullable Future<Void> rest;
    private volatile @Nullable HeadLimit head;
    private boolean onlyWhileTaken;
    private @Nullable String user;
    private volatile long received;
    private long between;
    private long dropped;

    GuardedConnection(ConnectionGuard guard, Channel channel, InetAddress address) {
        this.guard = guard;
        this.channel = channel;
        this.address = address;
    }

    /**
     * The guard of a server's connection. The first call puts it under HTTP's limits and must be made before the first
     * request is read: by the server's connection handler.
     *
     * @throws IllegalStateException when the server's Vert.x was not made by {@link ConnectionGuard#vertx}
     */
    public static GuardedConnection of(HttpConnection connection) {
        Channel channel =
                ((HttpServerConnection) connection).channelHandlerContext().channel();
        GuardedConnection guarded = Objects.requireNonNull(ConnectionGuard.find(channel), "an unguarded connection");
        guarded.serve();
        return guarded;
    }

    private void serve() {
        if (stage != Stage.HANDSHAKING) {
            return;
        }
        stage = Stage.STRANGER;
        lastChange = System.nanoTime();
        ChannelPipeline pipeline = channel.pipeline();
        if (pipeline.get(HeadLimit.DECODER) != null) {
            head = HeadLimit.install(pipeline, guard);
        }
    }

    /** Whether nothing has been received on it. */
    boolean isSilent() {
        return received == 0;
    }

    InetAddress address() {
        return address;
    }

    /** Whether it is unauthenticated. */
    public boolean isStranger() {
        return stage != Stage.KNOWN;
    }

    synchronized @Nullable String countedFor() {
        return user;
    }

    void ended() {
        over = true;
        HeadLimit limit = head;
        if (limit != null) {
            limit.release();
        }
    }

    /**
     * A user has authenticated on this connection.
     *
     * @return false when the user has too many connections already
     */
    public synchronized boolean known(String name) {
        if (user != null) {
            return true;
        }
        if (!guard.known(this, name)) {
            return false;
        }
        if (over) {
            guard.forget(name);
            return true;
        }
        user = name;
        stage = Stage.KNOWN;
        return true;
    }

    /** A request head has been received. */
    public void begun() {
        moved();
        requests.incrementAndGet();
    }

    /** The current request had no credential, or an invalid one. */
    public void unauthenticated() {
        if (stage != Stage.STRANGER) {
            return;
        }
        int turn = turns.incrementAndGet();
        if (requests.get() > STRANGERS_REQUESTS || turn > STRANGERS_TURNS + STRANGERS_REQUESTS) {
            cut();
        }
    }

    /**
     * As {@link #unauthenticated}, for servers that serve nobody unauthenticated: the connection's deadline is not
     * extended, whatever it sends.
     */
    public void refuse() {
        refused = true;
        unauthenticated();
    }

    private void moved() {
        if (!refused || stage == Stage.KNOWN) {
            lastChange = System.nanoTime();
        }
    }

    /**
     * Called before the answer to a request is sent. If the request body is incomplete, its rest is read and dropped,
     * within limits, and then the connection is closed: a client may read the response only once it has sent
     * everything, and closing with unread bytes would lose the response (RFC 9112, 9.6). HTTP/2 streams do not need
     * this. Waits for the event loop.
     */
    public void answering(HttpServerRequest request) {
        Future<Void> dropped = restDropped(request);
        if (!dropped.isComplete()) {
            Blocking.await(dropped);
        }
    }

    /** As {@link #answering}, without waiting: the response may be sent when the future is complete, which happens on the event loop. */
    public Future<Void> restDropped(HttpServerRequest request) {
        boolean body = request.headers().contains(HttpHeaders.CONTENT_LENGTH)
                || request.headers().contains(HttpHeaders.TRANSFER_ENCODING);
        if (!body || request.version() == HttpVersion.HTTP_2 || request.isEnded()) {
            return Future.succeededFuture();
        }
        Promise<Void> looked = Promise.promise();
        channel.eventLoop().execute(() -> {
            request.resume();
            channel.eventLoop().execute(() -> dropRest(request, looked)); // by then, earlier bytes have arrived
        });
        return looked.future();
    }

    private void dropRest(HttpServerRequest request, Promise<Void> looked) {
        if (!request.isEnded()) {
            request.response().putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
            rest = request.end();
        }
        looked.complete();
    }

    /** The response to a request is complete, or given up. */
    public void answered() {
        moved();
        Future<Void> unread = rest;
        boolean last = requests.decrementAndGet() == 0 && turns.get() >= STRANGERS_TURNS && stage == Stage.STRANGER;
        if (unread != null) {
            unread.onComplete(end -> channel.close());
        } else if (last) {
            channel.close();
        }
    }

    @Override
    public void channelRegistered(ChannelHandlerContext context) throws Exception {
        registered = true;
        if (cut.get()) {
            closeNow();
        }
        super.channelRegistered(context);
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) throws Exception {
        if (message instanceof ByteBuf bytes && !accepts(bytes.readableBytes())) {
            bytes.release();
            cut();
            return;
        }
        super.channelRead(context, message);
    }

    /** Whether {@code count} more bytes may be received. */
    private boolean accepts(int count) {
        if (rest != null) {
            dropped += count;
            return dropped <= guard.limits().strangerBytes();
        }
        switch (stage) {
            case HANDSHAKING -> {
                received = received + count;
                if (received > HANDSHAKE_BYTES && channel.config().isAutoRead()) {
                    readNoMoreUntilHandshakeEnds();
                }
                return true;
            }
            case STRANGER -> {
                received = received + count;
                between = requests.get() == 0 ? between + count : 0;
                return received <= guard.limits().strangerBytes() && between <= STRANGERS_BYTES;
            }
            default -> {
                return true;
            }
        }
    }

    /**
     * From now on no more is read while the client takes nothing, for connections where each thing that a client sends may be answered. On the
     * event loop.
     */
    public void readOnlyWhileTaken() {
        onlyWhileTaken = true;
        channel.config().setAutoRead(channel.isWritable());
    }

    /** Whether the client takes nothing at the moment, so that what is sent is kept in memory. */
    public boolean isFull() {
        return !channel.isWritable();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) throws Exception {
        if (onlyWhileTaken) {
            channel.config().setAutoRead(channel.isWritable());
        }
        super.channelWritabilityChanged(context);
    }

    private void readNoMoreUntilHandshakeEnds() {
        SslHandler tls = channel.pipeline().get(SslHandler.class);
        if (tls != null && !tls.handshakeFuture().isDone()) {
            channel.config().setAutoRead(false);
            tls.handshakeFuture().addListener(done -> channel.config().setAutoRead(true));
        }
    }

    /** Closes the connection if a deadline has passed. */
    void look(long now) {
        long quiet = now - lastChange;
        HeadLimit limit = head;
        ConnectionLimits limits = guard.limits();
        boolean overdue = longer(quiet, limits.handshake())
                && (refused && stage == Stage.STRANGER || rest != null && requests.get() == 0);
        if (overdue || limit != null && limit.slow(now, limits.handshake().toNanos())) {
            cut();
            return;
        }
        switch (stage) {
            case HANDSHAKING -> { // without TLS, until the first request
                if (longer(quiet, limits.handshake())) {
                    cut();
                }
            }
            case STRANGER -> {
                if (requests.get() == 0 && longer(quiet, limits.handshake())) {
                    cut();
                }
            }
            case KNOWN -> {
                if (requests.get() == 0 && longer(quiet, limits.idle())) {
                    channel.close();
                }
            }
        }
    }

    private static boolean longer(long nanos, Duration limit) {
        return nanos > limit.toNanos();
    }

    /** Closes the connection at once, without a TLS close message that the other side might not read. */
    public void cut() {
        if (cut.compareAndSet(false, true)) {
            guard.leaves(this);
            if (registered) { // it has an event loop a moment after it was accepted
                closeNow();
            }
        }
    }

    private void closeNow() {
        channel.eventLoop()
                .execute(() -> channel.unsafe().close(channel.unsafe().voidPromise()));
    }
}
