package dev.proa.node.server;

import dev.proa.api.status.StatusException;
import dev.proa.node.cri.ByteStream;
import dev.proa.node.cri.ContainerRuntime;
import dev.proa.node.cri.RuntimeFailure;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Forwards ports over a WebSocket in {@code v4.channel.k8s.io}, as most client libraries do it. Each port of the query has one connection and two
 * channels: an even one for data, and the next for errors. Each channel begins with the port, in two bytes of which the lower comes first.
 */
final class ChannelForwards {
    /** Best first. */
    static final List<String> PROTOCOLS = List.of("v4.channel.k8s.io", "v4.base64.channel.k8s.io");

    private static final Logger LOG = LoggerFactory.getLogger(ChannelForwards.class);

    private final ChannelSocket socket;
    private final ContainerRuntime runtime;
    private final String sandbox;
    private final String pod;
    private final String uid;
    /** By the half of the channel; null when there is none any more. For the thread that reads. */
    private final List<@Nullable ByteStream> connections = new ArrayList<>();

    ChannelForwards(ChannelSocket socket, ContainerRuntime runtime, String sandbox, String pod, String uid) {
        this.socket = socket;
        this.runtime = runtime;
        this.sandbox = sandbox;
        this.pod = pod;
        this.uid = uid;
    }

    /**
     * The ports that a query asks for.
     *
     * @param given values of the parameter {@code port}, each of which may be a list with commas
     * @throws StatusException when there is none, or one that is no port
     */
    static List<Integer> ports(List<String> given) {
        if (given.isEmpty()) {
            throw StatusException.badRequest("query parameter \"port\" is required");
        }
        List<Integer> ports = new ArrayList<>();
        for (String list : given) {
            if (list.isEmpty()) {
                throw StatusException.badRequest("query parameter \"port\" cannot be empty");
            }
            for (String port : list.split(",", -1)) {
                ports.add(port(port, list));
            }
        }
        return ports;
    }

    private static int port(String text, String list) {
        boolean number = !text.isEmpty() && text.chars().allMatch(c -> c >= '0' && c <= '9');
        if (!number || text.length() > 5 || Integer.parseInt(text) > 65_535) {
            throw StatusException.badRequest("unable to parse \"" + list
                    + "\" as a port: strconv.ParseUint: parsing \"" + text + "\": "
                    + (number ? "value out of range" : "invalid syntax"));
        }
        int port = Integer.parseInt(text);
        if (port < 1) {
            throw StatusException.badRequest("port \"" + list + "\" must be > 0");
        }
        return port;
    }

    /** Forwards until the client is gone, or all connections have ended. */
    void run(List<Integer> ports) throws IOException {
        AtomicInteger open = new AtomicInteger(ports.size());
        try {
            for (int i = 0; i < ports.size(); i++) {
                int port = ports.get(i);
                byte[] begin = {(byte) port, (byte) (port >> 8)};
                socket.output(2 * i).write(begin);
                socket.output(2 * i + 1).write(begin);
                connections.add(connect(2 * i, port));
            }
            for (int i = 0; i < ports.size(); i++) {
                ByteStream connection = connections.get(i);
                int channel = 2 * i;
                Thread.ofVirtual().name("port-forward").start(() -> {
                    send(connection, channel);
                    if (open.decrementAndGet() == 0) {
                        socket.close();
                    }
                });
            }
            for (ChannelSocket.Message message = socket.read(); message != null; message = socket.read()) {
                receive(message);
            }
        } finally {
            for (ByteStream connection : connections) {
                if (connection != null) {
                    connection.close();
                }
            }
        }
    }

    /** A connection to a port; null when there is none, which the client is told. */
    private @Nullable ByteStream connect(int channel, int port) throws IOException {
        try {
            return runtime.portForward(sandbox, port);
        } catch (RuntimeFailure failure) {
            socket.output(channel + 1).write(PortForwards.message(port, pod, uid, failure));
            return null;
        }
    }

    /** Sends what a pod says to the client. */
    private void send(@Nullable ByteStream connection, int channel) {
        if (connection == null) {
            return;
        }
        try {
            connection.input().transferTo(socket.output(channel));
        } catch (IOException gone) {
            LOG.debug("a forwarded connection has ended", gone);
        }
    }

    /** Passes on to a pod what the client says. */
    private void receive(ChannelSocket.Message message) throws IOException {
        int index = message.channel() / 2;
        if (message.channel() % 2 != 0 || index >= connections.size()) {
            return; // Clients write to no other channel.
        }
        ByteStream connection = connections.get(index);
        if (connection == null) {
            return;
        }
        try {
            OutputStream out = connection.output();
            out.write(message.content());
            out.flush();
        } catch (IOException gone) {
            LOG.debug("a forwarded connection takes no more", gone);
            connections.set(index, null);
            connection.close();
        }
    }
}
