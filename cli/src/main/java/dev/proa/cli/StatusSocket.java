package dev.proa.cli;

import dev.proa.client.Client;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves the status of a cluster to commands on its machine, on a Unix domain socket in the cluster's directory, which
 * only its owner can enter. It spares {@code proa status} certificates, TLS and the API: a command sends a line with
 * the format it wants, and prints the response.
 */
final class StatusSocket implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(StatusSocket.class);
    private static final int LONGEST_QUESTION = 16;

    private final ClusterHome home;
    private final Client client;
    private final ServerSocketChannel socket;

    private StatusSocket(ClusterHome home, Client client, ServerSocketChannel socket) {
        this.home = home;
        this.client = client;
        this.socket = socket;
    }

    /**
     * Starts serving. Where no socket can be created, for example because its path is too long, commands use the API
     * instead.
     */
    static StatusSocket open(ClusterHome home, Client client) throws IOException {
        Files.deleteIfExists(home.statusSocket()); // left by a server that was killed
        ServerSocketChannel socket = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        StatusSocket door = new StatusSocket(home, client, socket);
        try {
            socket.bind(UnixDomainSocketAddress.of(home.statusSocket()));
            Thread.ofVirtual().name("status").start(door::serve);
        } catch (IOException e) {
            LOG.info("no socket for status at {}: {}", home.statusSocket(), e.getMessage());
        }
        return door;
    }

    private void serve() {
        while (socket.isOpen()) {
            try {
                SocketChannel asker = socket.accept();
                Thread.ofVirtual().start(() -> answer(asker));
            } catch (AsynchronousCloseException e) {
                return;
            } catch (IOException e) {
                LOG.warn("no status is told any more", e);
                return;
            }
        }
    }

    private void answer(SocketChannel asker) {
        try (asker) {
            ByteBuffer question = ByteBuffer.allocate(LONGEST_QUESTION);
            while (question.hasRemaining()
                    && asker.read(question) >= 0
                    && !line(question).endsWith("\n")) {
                // The line may arrive in pieces.
            }
            ClusterHome.Running running = home.running();
            if (running != null) {
                Status status = Status.of(home, running, client);
                ByteBuffer text =
                        ByteBuffer.wrap(render(status, line(question).strip()).getBytes(StandardCharsets.UTF_8));
                while (text.hasRemaining()) {
                    asker.write(text);
                }
            }
        } catch (IOException e) {
            LOG.debug("who asked for the status has gone", e);
        }
    }

    private static String line(ByteBuffer question) {
        return new String(question.array(), 0, question.position(), StandardCharsets.US_ASCII);
    }

    private static String render(Status status, String question) {
        return question.equals("json") ? status.json() : status.text(new Style(question.equals("coloured")));
    }

    @Override
    public void close() throws IOException {
        socket.close();
        Files.deleteIfExists(home.statusSocket());
    }
}
