package dev.proa.http;

import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelFactory;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.ServerChannel;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.InternetProtocolFamily;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.vertx.core.spi.transport.Transport;
import java.nio.channels.ServerSocketChannel;
import java.util.List;
import java.util.concurrent.Callable;

/** Netty's NIO transport, whose server sockets pass each accepted connection to the {@link ConnectionGuard} first. */
final class GuardedTransport implements io.vertx.core.transport.Transport, Transport {
    private final Transport sockets = io.vertx.core.transport.Transport.NIO.implementation();
    private final ConnectionGuard guard;
    private final Callable<ServerSocketChannel> listening;

    /** @param listening makes the sockets that servers listen on */
    GuardedTransport(ConnectionGuard guard, Callable<ServerSocketChannel> listening) {
        this.guard = guard;
        this.listening = listening;
    }

    @Override
    public String name() {
        return "guarded";
    }

    @Override
    public boolean available() {
        return true;
    }

    @Override
    public Transport implementation() {
        return this;
    }

    @Override
    public ChannelFactory<? extends ServerChannel> serverChannelFactory(boolean domainSocket) {
        return domainSocket ? sockets.serverChannelFactory(true) : this::door;
    }

    private Door door() {
        try {
            return new Door(listening.call(), guard);
        } catch (Exception e) {
            throw new ChannelException("no socket to listen on could be made", e);
        }
    }

    @Override
    public boolean supportsDomainSockets() {
        return sockets.supportsDomainSockets();
    }

    @Override
    public Throwable unavailabilityCause() {
        return sockets.unavailabilityCause();
    }

    @Override
    public java.net.SocketAddress convert(io.vertx.core.net.SocketAddress address) {
        return sockets.convert(address);
    }

    @Override
    public io.vertx.core.net.SocketAddress convert(java.net.SocketAddress address) {
        return sockets.convert(address);
    }

    @Override
    public IoHandlerFactory ioHandlerFactory() {
        return sockets.ioHandlerFactory();
    }

    @Override
    public DatagramChannel datagramChannel(InternetProtocolFamily family) {
        return sockets.datagramChannel(family);
    }

    @Override
    public ChannelFactory<? extends DatagramChannel> datagramChannelFactory() {
        return sockets.datagramChannelFactory();
    }

    @Override
    public ChannelFactory<? extends Channel> channelFactory(boolean domainSocket) {
        return sockets.channelFactory(domainSocket);
    }

    /** A listening socket. */
    private static final class Door extends NioServerSocketChannel {
        private final ConnectionGuard guard;

        Door(ServerSocketChannel socket, ConnectionGuard guard) {
            super(socket);
            this.guard = guard;
        }

        @Override
        protected int doReadMessages(List<Object> accepted) throws Exception {
            int before = accepted.size();
            int count = super.doReadMessages(accepted);
            accepted.subList(before, accepted.size()).removeIf(connection -> !guard.accepted((Channel) connection));
            return count;
        }
    }
}
