package dev.proa.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.List;

/**
 * The training run for the AOT cache of {@link Ask}, as {@link AotTraining} is for the other commands: runs each command
 * once against a fake server in {@code $PROA_HOME}, which must be an empty directory that is deleted afterwards.
 */
final class AskAotTraining {
    private AskAotTraining() {}

    public static void main(String[] arguments) throws Exception {
        ClusterHome home = Home.of(System.getenv()).cluster(NameOption.USUAL);
        home.create();
        home.announce("https://127.0.0.1:6443", 1, "sandbox", "127.0.0.1", "");
        Files.writeString(home.kubeconfig(), "kind: Config\n");
        try (ServerSocketChannel socket = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            socket.bind(UnixDomainSocketAddress.of(home.socket()));
            Thread.ofPlatform().daemon().start(() -> tell(socket));
            ask(Exit.OK, "status");
        }
        ask(Exit.NOT_RUNNING, "status", "--name", "other");
        ask(Exit.NOT_RUNNING, "status", "-o", "json", "--name", "other");
        ask(Exit.OK, "kubeconfig");
        ask(Exit.NOT_RUNNING, "kubeconfig", "--name", "other");
        ask(Exit.OK, "list");
        ask(Exit.OK, "list", "-o", "json");
        ask(Exit.OK, "--version");
        Ask.answer("help", "deploy"); // whose text need not be there yet
    }

    /** A failed command would train the cache for the wrong code, so it fails the run. */
    private static void ask(int expected, String... question) {
        int exit = Ask.answer(question);
        if (exit != expected) {
            throw new IllegalStateException(List.of(question) + " ended with " + exit + ", not " + expected);
        }
    }

    private static void tell(ServerSocketChannel socket) {
        try (SocketChannel asker = socket.accept()) {
            asker.read(ByteBuffer.allocate(16)); // unread bytes would reset the connection on close
            asker.write(ByteBuffer.wrap("a status\n".getBytes(StandardCharsets.US_ASCII)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
