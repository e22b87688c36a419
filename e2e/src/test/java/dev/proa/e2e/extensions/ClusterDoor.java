package dev.proa.e2e.extensions;

import dev.proa.e2e.TestCluster;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A port of this machine that leads to the API server of a test cluster, which is in a network namespace of its own: for clients
 * in this JVM, whose threads open sockets as they like, and for client programs.
 */
final class ClusterDoor implements AutoCloseable {
    private static final Pattern SERVER = Pattern.compile("https://127\\.0\\.0\\.1:(\\d+)");

    private final TestCluster cluster;
    private final int port;
    private final ServerSocket door;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final Path kubeconfig;

    private ClusterDoor(TestCluster cluster, Path directory) throws IOException {
        this.cluster = cluster;
        String text = Files.readString(cluster.kubeconfig());
        Matcher server = SERVER.matcher(text);
        if (!server.find()) {
            throw new IllegalStateException("No server in " + text);
        }
        this.port = Integer.parseInt(server.group(1));
        this.door = new ServerSocket(0, 100, InetAddress.getByName("127.0.0.1"));
        this.kubeconfig = Files.writeString(
                directory.resolve("kubeconfig"), server.replaceAll("https://127.0.0.1:" + door.getLocalPort()));
    }

    /**
     * Opens one.
     *
     * @param directory for the kubeconfig
     */
    static ClusterDoor open(TestCluster cluster, Path directory) throws IOException {
        ClusterDoor door = new ClusterDoor(cluster, directory);
        Thread.ofVirtual().start(door::serve);
        return door;
    }

    /** The administrator's kubeconfig, which leads here. */
    Path kubeconfig() {
        return kubeconfig;
    }

    /** The environment of client programs. */
    Map<String, String> environment() {
        return Map.of("KUBECONFIG", kubeconfig.toString());
    }

    private void serve() {
        try {
            while (true) {
                Socket client = door.accept();
                Socket server = cluster.inside(() -> new Socket("127.0.0.1", port));
                open.add(client);
                open.add(server);
                Thread.ofVirtual().start(() -> carry(client, server));
                Thread.ofVirtual().start(() -> carry(server, client));
            }
        } catch (IOException e) {
            if (!door.isClosed()) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private void carry(Socket from, Socket to) {
        try {
            from.getInputStream().transferTo(to.getOutputStream());
            to.shutdownOutput();
        } catch (IOException e) {
            close(from); // an end is gone; so the other learns it
            close(to);
        }
    }

    private void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            open.remove(socket);
        }
    }

    @Override
    public void close() throws IOException {
        door.close();
        open.forEach(this::close);
    }
}
