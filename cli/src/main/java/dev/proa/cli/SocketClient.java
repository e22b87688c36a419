package dev.proa.cli;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import jdk.net.ExtendedSocketOptions;

/** Asks a server by its {@link CommandSocket}. */
final class SocketClient {
    private SocketClient() {}

    /**
     * Sends a question, and reads until the server closes the connection.
     *
     * @param ownOnly whether to ask only a server of this process's user
     * @return empty when there is no such server, or it does not answer in time
     */
    static String ask(Path socket, byte[] question, long patienceMillis, boolean ownOnly) {
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket));
                Selector selector = Selector.open()) {
            if (ownOnly && !isOwn(channel)) {
                return "";
            }
            ByteBuffer rest = ByteBuffer.wrap(question);
            while (rest.hasRemaining()) {
                channel.write(rest);
            }
            channel.shutdownOutput();
            channel.configureBlocking(false);
            channel.register(selector, SelectionKey.OP_READ);
            ByteBuffer answer = ByteBuffer.allocate(1 << 16);
            while (selector.select(patienceMillis) > 0) {
                selector.selectedKeys().clear();
                if (!answer.hasRemaining()) {
                    answer = ByteBuffer.allocate(answer.capacity() * 2).put(answer.flip());
                }
                if (channel.read(answer) < 0) {
                    return new String(answer.array(), 0, answer.position(), StandardCharsets.UTF_8);
                }
            }
            return "";
        } catch (IOException e) {
            return ""; // there is no such server, or one without the socket
        }
    }

    /** Whether the process at the other end belongs to the user of this one, so that each may do what the other may. */
    static boolean isOwn(SocketChannel channel) throws IOException {
        return channel.getOption(ExtendedSocketOptions.SO_PEERCRED)
                .user()
                .equals(Files.getOwner(Path.of("/proc/self")));
    }
}
