package dev.proa.node.sandbox.output;

import dev.proa.node.cri.ByteStream;
import dev.proa.node.cri.RuntimeFailure;
import dev.proa.node.linux.Namespaces;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProtocolFamily;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A TCP connection to a pod's loopback address. */
public final class SocketStream implements ByteStream {
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);

    private final Socket socket;
    private final InputStream input;
    private final OutputStream output;

    private SocketStream(Socket socket) throws IOException {
        this.socket = socket;
        input = socket.getInputStream();
        output = new FilterOutputStream(socket.getOutputStream()) {
            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                out.write(bytes, offset, length);
            }

            @Override
            public void close() throws IOException {
                socket.shutdownOutput();
            }
        };
    }

    /**
     * Connects by IPv4 or else IPv6. Only the socket is created in the namespace, on a thread of its own; the calling
     * thread connects, without a timeout.
     *
     * @param namespace network namespace of a pod, or null for the node's own
     */
    public static SocketStream connect(@Nullable Path namespace, int port) throws IOException {
        IOException first = null;
        for (String loopback : List.of("127.0.0.1", "::1")) {
            InetAddress address = InetAddress.ofLiteral(loopback);
            SocketChannel channel = open(namespace, address);
            try {
                channel.socket().connect(new InetSocketAddress(address, port), (int) CONNECT_TIMEOUT.toMillis());
                return new SocketStream(channel.socket());
            } catch (IOException e) {
                channel.close();
                first = first == null ? e : first;
            }
        }
        throw new RuntimeFailure(
                RuntimeFailure.Reason.FAILED_PRECONDITION,
                "failed to connect to localhost:" + port + " inside the pod: "
                        + (first == null ? "" : first.getMessage()),
                first);
    }

    private static SocketChannel open(@Nullable Path namespace, InetAddress address) throws IOException {
        ProtocolFamily family =
                address instanceof Inet4Address ? StandardProtocolFamily.INET : StandardProtocolFamily.INET6;
        try {
            return namespace == null
                    ? SocketChannel.open(family)
                    : Namespaces.callIn(namespace, () -> SocketChannel.open(family));
        } catch (UnsupportedOperationException e) {
            throw new IOException("this machine has no " + family.name(), e);
        }
    }

    @Override
    public InputStream input() {
        return input;
    }

    @Override
    public OutputStream output() {
        return output;
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
