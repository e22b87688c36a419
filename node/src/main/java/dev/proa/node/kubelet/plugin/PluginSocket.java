package dev.proa.node.kubelet.plugin;

import dev.proa.http.grpc.GrpcClient;
import dev.proa.http.grpc.GrpcException;
import dev.proa.node.linux.Directory;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Calls a plugin at its socket, whose path may be longer than the 107 bytes that an address has room for. Thread-safe. */
public final class PluginSocket implements AutoCloseable {
    private static final int LONGEST = 107;

    private final Path address;
    /** The socket's directory, when its path is too long; the address then leads through this process' descriptor of it. */
    private final @Nullable Directory parent;

    private final GrpcClient client;

    /** @throws IOException when the path is too long and its directory cannot be opened */
    public PluginSocket(Path path) throws IOException {
        if (path.toString().getBytes(StandardCharsets.UTF_8).length > LONGEST) {
            parent = Directory.openTrusted(Objects.requireNonNull(path.getParent(), "a socket is in a directory"));
            address = parent.descriptorPath().resolve(path.getFileName());
        } else {
            parent = null;
            address = path;
        }
        client = new GrpcClient(address, false);
    }

    /** As {@link GrpcClient#call}. */
    public byte[] call(String method, byte[] message, Duration timeout) throws GrpcException {
        return client.call(method, message, timeout);
    }

    /** Whether somebody listens at the socket. Does not block. */
    public boolean isListening() {
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.configureBlocking(false);
            return channel.connect(UnixDomainSocketAddress.of(address));
        } catch (IOException e) {
            return false; // whatever it is, the plugin cannot be reached now
        }
    }

    @Override
    public void close() {
        client.close();
        if (parent != null) {
            parent.close();
        }
    }
}
