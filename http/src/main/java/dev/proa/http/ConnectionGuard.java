package dev.proa.http;

import io.netty.channel.Channel;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientConfig;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.net.SocketAddress;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Limits the connections to the servers of a {@link Vertx}: how many are open, per user and per address, and how long
 * they may stall. It sees connections as they are accepted, before TLS; a server reports what it learns of one, such as
 * its user, through {@link GuardedConnection}.
 */
public final class ConnectionGuard {
    private static final long SWEEP_MILLIS = 1_000;

    /** How long the listening thread waits at most for closed connections to be gone before it refuses a new one. */
    private static final long ROOM_MILLIS = 1_000;

    private final ConnectionLimits limits;
    private final Set<GuardedConnection> open = ConcurrentHashMap.newKeySet();
    private final UnauthenticatedConnections<GuardedConnection> strangers;
    private final FairBudget users;
    private final Set<GuardedConnection> leaving = ConcurrentHashMap.newKeySet();
    private final AtomicLong unfinishedHeads = new AtomicLong();

    private ConnectionGuard(ConnectionLimits limits) {
        this.limits = limits;
        this.strangers =
                new UnauthenticatedConnections<>(limits.strangers(), limits.strangers(), GuardedConnection::isSilent);
        this.users = new FairBudget(limits.connections() - limits.strangers());
    }

    /** Makes a {@link Vertx} whose servers are all guarded. */
    public static Vertx vertx(VertxOptions options, ConnectionLimits limits) {
        return vertx(options, limits, ServerSocketChannel::open);
    }

    /**
     * As {@link #vertx(VertxOptions, ConnectionLimits)}.
     *
     * @param listening makes the sockets that servers listen on, for example in another network namespace
     */
    public static Vertx vertx(VertxOptions options, ConnectionLimits limits, Callable<ServerSocketChannel> listening) {
        ConnectionGuard guard = new ConnectionGuard(limits);
        Vertx vertx = Vertx.builder()
                .with(options)
                .withTransport(new GuardedTransport(guard, listening))
                .build();
        vertx.setPeriodic(SWEEP_MILLIS, id -> guard.sweep());
        return vertx;
    }

    /**
     * Makes a client whose connections are bound to a local address. (Vert.x 5.2.3 ignores the one in {@link
     * HttpClientOptions}.)
     *
     * @param from the address; empty for any
     */
    public static HttpClient client(Vertx vertx, HttpClientOptions options, PoolOptions pool, String from) {
        HttpClientConfig config = new HttpClientConfig(options);
        if (!from.isEmpty()) {
            config.getTcpConfig().setLocalAddress(SocketAddress.inetSocketAddress(0, from));
        }
        return vertx.createHttpClient(config, options.getSslOptions(), pool);
    }

    ConnectionLimits limits() {
        return limits;
    }

    /**
     * Called for a connection before anything reads from it, by the thread that listens. When connections arrive faster than the
     * event loops close older ones, it waits, and further connections wait in the kernel's queue meanwhile.
     *
     * @return false when it must not be read: it is closed already, or there was still no room for it after a second
     */
    boolean accepted(Channel channel) {
        if (!(channel.remoteAddress() instanceof InetSocketAddress remote) || !awaitRoom()) {
            channel.unsafe().closeForcibly();
            return false;
        }
        InetAddress address = remote.getAddress();
        GuardedConnection connection = new GuardedConnection(this, channel, address);
        channel.attr(GuardedConnection.KEY).set(connection);
        channel.pipeline().addFirst(connection);
        open.add(connection);
        GuardedConnection gone = strangers.add(address, connection);
        channel.closeFuture().addListener(ended -> left(connection));
        if (gone != null) {
            gone.cut();
        }
        return true;
    }

    private boolean awaitRoom() {
        if (hasRoom()) {
            return true;
        }
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(ROOM_MILLIS);
        synchronized (leaving) {
            while (!hasRoom()) {
                long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
                if (left <= 0) {
                    return false;
                }
                try {
                    leaving.wait(left);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    return false;
                }
            }
        }
        return true;
    }

    private boolean hasRoom() {
        return leaving.size() <= limits.connections() / 4;
    }

    /** A connection is about to be closed by its event loop, which may be busy. */
    void leaves(GuardedConnection connection) {
        leaving.add(connection);
        if (!open.contains(connection)) {
            hasLeft(connection);
        }
    }

    private void hasLeft(GuardedConnection connection) {
        if (leaving.remove(connection)) {
            synchronized (leaving) {
                leaving.notifyAll();
            }
        }
    }

    private void left(GuardedConnection connection) {
        open.remove(connection);
        hasLeft(connection);
        strangers.remove(connection.address(), connection);
        String user = connection.countedFor();
        if (user != null) {
            users.give(user, 1);
        }
        connection.ended();
    }

    /** Counts an authenticated connection for its user; false when the user has too many. */
    boolean known(GuardedConnection connection, String user) {
        if (!users.take(user, 1)) {
            return false;
        }
        strangers.remove(connection.address(), connection);
        return true;
    }

    void forget(String user) {
        users.give(user, 1);
    }

    /** Takes memory for an unfinished request head; false when all unfinished heads together would take too much. */
    boolean takeHead(long bytes) {
        if (unfinishedHeads.addAndGet(bytes) <= limits.unfinishedHeadBytes()) {
            return true;
        }
        unfinishedHeads.addAndGet(-bytes);
        return false;
    }

    void giveHead(long bytes) {
        unfinishedHeads.addAndGet(-bytes);
    }

    private void sweep() {
        long now = System.nanoTime();
        for (GuardedConnection connection : open) {
            connection.look(now);
        }
    }

    /** The guard of a connection, or null when its {@link Vertx} has none. */
    static @Nullable GuardedConnection find(Channel channel) {
        return channel.attr(GuardedConnection.KEY).get();
    }
}
