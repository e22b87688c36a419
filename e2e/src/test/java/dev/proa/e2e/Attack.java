package dev.proa.e2e;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLSocket;

/** Many hostile connections to one server of a cluster's machine, each on a virtual thread. Closing ends them all. */
final class Attack implements AutoCloseable {
    private final TestCluster cluster;
    private final InetSocketAddress server;
    private final Queue<Socket> sockets = new ConcurrentLinkedQueue<>();
    private final List<Thread> threads = new ArrayList<>();
    private final AtomicInteger ended = new AtomicInteger();
    private final AtomicInteger answers = new AtomicInteger();
    private volatile boolean over;

    Attack(TestCluster cluster, InetSocketAddress server) {
        this.cluster = cluster;
        this.server = server;
    }

    /** What one connection does. The connection counts as ended when it fails or the server closes it. */
    interface Hostile {
        void act(Socket socket) throws IOException;
    }

    /** Opens connections, and has each do the same. */
    Attack connections(int count, Hostile hostile) throws IOException {
        List<Socket> opened = cluster.inside(() -> {
            List<Socket> open = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                Socket socket = new Socket();
                try {
                    socket.setSoTimeout(60_000);
                    socket.connect(server, 2_000);
                    open.add(socket);
                } catch (IOException e) {
                    socket.close();
                    ended.incrementAndGet();
                }
            }
            return open;
        });
        sockets.addAll(opened);
        for (Socket socket : opened) {
            threads.add(Thread.ofVirtual().start(() -> {
                try {
                    hostile.act(socket);
                    drain(socket);
                } catch (IOException e) {
                    // closed, as it should be
                }
                ended.incrementAndGet();
            }));
        }
        return this;
    }

    /** The same over TLS. */
    Attack tls(Tls client, int count, Hostile hostile, String... protocols) throws IOException {
        return connections(count, plain -> {
            SSLSocket socket = client.over(plain, protocols);
            socket.startHandshake();
            sockets.add(socket);
            hostile.act(socket);
            drain(socket);
        });
    }

    private void drain(Socket socket) throws IOException {
        byte[] buffer = new byte[8192];
        while (socket.getInputStream().read(buffer) >= 0) {
            answers.incrementAndGet();
        }
    }

    boolean isOver() {
        return over;
    }

    /** How many connections the server has closed, or refused. */
    int ended() {
        return ended.get();
    }

    static void send(Socket socket, String text) throws IOException {
        OutputStream out = socket.getOutputStream();
        out.write(text.getBytes(StandardCharsets.ISO_8859_1));
        out.flush();
    }

    @Override
    public void close() throws IOException {
        over = true;
        for (Socket socket : sockets) {
            if (socket instanceof SSLSocket) {
                continue; // its closing waits for what it cannot write
            }
            socket.close();
        }
        threads.forEach(Thread::interrupt);
    }
}
