package dev.proa.node.sandbox;

import dev.proa.node.cri.ByteStream;
import dev.proa.node.cri.RuntimeFailure;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;

/** A TCP connection to a pod's loopback address. */
final class SocketStream implements ByteStream {
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

    /** Connects by IPv4 or else IPv6, in the network namespace of the calling thread. */
    static SocketStream connect(int port) throws IOException {
        IOException first = null;
        for (byte[] loopback : new byte[][] {{127, 0, 0, 1}, {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}}) {
            Socket socket = new Socket();
            try {
                socket.connect(new InetSocketAddress(InetAddress.getByAddress(loopback), port), (int)
                        CONNECT_TIMEOUT.toMillis());
                return new SocketStream(socket);
            } catch (IOException e) {
                socket.close();
                first = first == null ? e : first;
            }
        }
        throw new RuntimeFailure(
                RuntimeFailure.Reason.FAILED_PRECONDITION,
                "failed to connect to localhost:" + port + " inside the pod: "
                        + (first == null ? "" : first.getMessage()),
                first);
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
