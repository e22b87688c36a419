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
 * Answers commands on the cluster's machine, on a Unix domain socket in the cluster's directory, which only its owner can
 * enter. It spares them certificates, TLS and the API: {@code proa status} sends a line with the format it wants, and prints the
 * response; {@code proa deploy} asks whether there is {@link UnchangedDeploy nothing to do}.
 */
final class CommandSocket implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(CommandSocket.class);
    private static final int LONGEST_LINE = 16;

    private final ClusterHome home;
    private final Client client;
    private final ServerSocketChannel socket;
    private final UnchangedDeploy.Answers deploys;

    private CommandSocket(ClusterHome home, Client client, Caller self, ServerSocketChannel socket) {
        this.deploys = new UnchangedDeploy.Answers(home, client, self);
        this.home = home;
        this.client = client;
        this.socket = socket;
    }

    /**
     * Starts serving. Where no socket can be created, for example because its path is too long, commands use the API
     * instead.
     *
     * @param client acts as administrator, and is not closed
     * @param self this process as it was started; its files may be replaced later
     */
    static CommandSocket open(ClusterHome home, Client client, Caller self) throws IOException {
        Files.deleteIfExists(home.socket()); // left by a server that was killed
        ServerSocketChannel socket = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        CommandSocket door = new CommandSocket(home, client, self, socket);
        try {
            socket.bind(UnixDomainSocketAddress.of(home.socket()));
            Thread.ofVirtual().name("commands").start(door::serve);
        } catch (IOException e) {
            LOG.info("no socket for commands at {}: {}", home.socket(), e.getMessage());
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
                LOG.warn("commands are not answered any more", e);
                return;
            }
        }
    }

    private void answer(SocketChannel asker) {
        try (asker) {
            ByteBuffer question = ByteBuffer.allocate(UnchangedDeploy.MOST_BYTES);
            question.limit(LONGEST_LINE);
            while (question.hasRemaining() && !text(question).contains("\n") && asker.read(question) >= 0) {
                // The line may arrive in pieces.
            }
            boolean deploy = text(question).startsWith(UnchangedDeploy.QUESTION);
            question.limit(deploy ? question.capacity() : question.position());
            while (question.hasRemaining() && asker.read(question) >= 0) {
                // All until the command has no more to say.
            }
            ClusterHome.Running running = home.running();
            if (running != null && (!deploy || SocketClient.isOwn(asker))) {
                String told = deploy
                        ? deploys.to(text(question).substring(UnchangedDeploy.QUESTION.length()), running)
                        : render(
                                Status.of(home, running, client), text(question).strip());
                ByteBuffer answer = ByteBuffer.wrap(told.getBytes(StandardCharsets.UTF_8));
                while (answer.hasRemaining()) {
                    asker.write(answer);
                }
            }
        } catch (IOException e) {
            LOG.debug("who asked has gone", e);
        }
    }

    private static String text(ByteBuffer question) {
        return new String(question.array(), 0, question.position(), StandardCharsets.UTF_8);
    }

    private static String render(Status status, String question) {
        return question.equals("json") ? status.json() : status.text(new Style(question.equals("coloured")));
    }

    @Override
    public void close() throws IOException {
        socket.close();
        Files.deleteIfExists(home.socket());
    }
}
