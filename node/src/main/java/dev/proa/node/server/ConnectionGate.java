package dev.proa.node.server;

import dev.proa.node.limits.FairShare;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Keeps strangers from taking the room of those that a server is for. A connection is a stranger's from the moment it is accepted until
 * somebody has shown on it who he is ({@link #admit}). Strangers stay for seconds, whatever they do or do not send, and share little room
 * among them ({@link FairShare}). Of those that were admitted, the ones on which nothing is asked for long are closed.
 *
 * <p>It is a handler of the listening channel, so that it sees connections before anything is spent on them. Any thread.
 */
@ChannelHandler.Sharable
final class ConnectionGate extends ChannelInboundHandlerAdapter {
    private static final long SWEEP_MILLIS = 500;

    /**
     * How much strangers get.
     *
     * @param all strangers at a time
     * @param ofAddress of them with the same address
     * @param time until a stranger has shown who he is
     * @param idle how long nothing is asked on a connection that was admitted
     */
    record Limits(int all, int ofAddress, Duration time, Duration idle) {
        static final Limits USUAL = new Limits(256, 64, Duration.ofSeconds(10), Duration.ofSeconds(90));
    }

    private static final class Connection {
        private final Channel channel;
        private final InetSocketAddress remote;
        private boolean admitted;
        private int requests;
        private long since = System.nanoTime();

        Connection(Channel channel, InetSocketAddress remote) {
            this.channel = channel;
            this.remote = remote;
        }
    }

    private final Limits limits;
    private final Map<InetSocketAddress, Connection> open = new HashMap<>();
    private final FairShare<Connection> strangers;
    /** To be closed as soon as they can be. Of the thread that accepts. */
    private final List<Connection> leaving = new ArrayList<>();

    ConnectionGate(Limits limits) {
        this.limits = limits;
        strangers = new FairShare<>(limits.all, limits.ofAddress);
    }

    /** The server listens. */
    @Override
    public void channelActive(ChannelHandlerContext context) {
        var sweep = context.executor()
                .scheduleWithFixedDelay(this::sweep, SWEEP_MILLIS, SWEEP_MILLIS, TimeUnit.MILLISECONDS);
        context.channel().closeFuture().addListener(closed -> sweep.cancel(false));
        context.fireChannelActive();
    }

    /** A connection was accepted. */
    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (message instanceof Channel channel) {
            if (!(channel.remoteAddress() instanceof InetSocketAddress remote)) {
                channel.unsafe().closeForcibly(); // gone already
                return;
            }
            closeAll(List.of());
            if (leaving.size() > limits.all) {
                channel.unsafe().closeForcibly(); // they come faster than they can be looked at
                return;
            }
            closeAll(accept(new Connection(channel, remote)));
            channel.closeFuture().addListener(closed -> forget(remote));
        }
        context.fireChannelRead(message);
    }

    private synchronized List<Connection> accept(Connection connection) {
        open.put(connection.remote, connection);
        return strangers.add(connection.remote.getAddress(), connection);
    }

    private void leave(Connection connection) {
        strangers.remove(connection.remote.getAddress(), connection);
    }

    private synchronized void forget(InetSocketAddress remote) {
        Connection connection = open.remove(remote);
        if (connection != null) {
            leave(connection);
        }
    }

    /** A request has begun on the connection of {@code remote}. */
    void begun(InetSocketAddress remote) {
        change(remote, 1, false);
    }

    /** Somebody has shown on the connection of {@code remote} that the server is for him. */
    void admit(InetSocketAddress remote) {
        change(remote, 0, true);
    }

    /** A request has been answered. */
    void answered(InetSocketAddress remote) {
        change(remote, -1, false);
    }

    private synchronized void change(InetSocketAddress remote, int requests, boolean admit) {
        Connection connection = open.get(remote);
        if (connection == null) {
            return;
        }
        connection.requests += requests;
        if (admit && !connection.admitted) {
            connection.admitted = true;
            leave(connection);
        }
        if (connection.admitted) {
            connection.since = System.nanoTime();
        }
    }

    private void sweep() {
        closeAll(stale());
    }

    private synchronized List<Connection> stale() {
        long now = System.nanoTime();
        return open.values().stream()
                .filter(connection -> connection.admitted
                        ? connection.requests == 0 && now - connection.since > limits.idle.toNanos()
                        : now - connection.since > limits.time.toNanos())
                .toList();
    }

    /** Closes these, and those that were not ready for it before: a channel has an event loop a moment after it was accepted. */
    private void closeAll(List<Connection> more) {
        leaving.addAll(more);
        leaving.removeIf(ConnectionGate::close);
    }

    /** Closes it, if it can be, without the farewell of TLS, which a stranger need not take. */
    private static boolean close(Connection connection) {
        ChannelHandlerContext first = connection.channel.pipeline().firstContext();
        if (!connection.channel.isRegistered() || first == null) {
            return !connection.channel.isOpen();
        }
        first.close();
        return true;
    }
}
