package dev.proa.node.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.node.cri.Conditions;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Clients without a certificate that open many connections, and finish nothing, beside one that is served. */
@Execution(ExecutionMode.CONCURRENT) // most of their time they wait for the server's limits
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class HostileKubeletClientTest {
    private static final int CONNECTIONS = 400;
    /** Within it, connections that stall are still open. */
    private static final Duration AT_ONCE = Duration.ofSeconds(8);

    private static final int HANDSHAKE_TRIES = 5;
    /** How long a connection may stay for which nobody has shown a certificate. */
    private static final Duration SECONDS = Duration.ofSeconds(20);

    @TempDir
    Path directory;

    private TestNode node;
    private final List<Socket> opened = new ArrayList<>();

    /** The first handshakes of a JVM take a second of processor time, which many at once have not got before the server's limit. */
    @BeforeAll
    static void warmUp(@TempDir Path directory) throws Exception {
        HostileKubeletClientTest first = new HostileKubeletClientTest();
        first.directory = directory;
        first.start();
        try {
            for (int i = 0; i < 10; i++) {
                first.secure();
            }
            first.served();
        } finally {
            first.stop();
        }
    }

    @BeforeEach
    void start() throws Exception {
        node = new TestNode(directory);
    }

    @AfterEach
    void stop() throws IOException {
        for (Socket socket : opened) {
            socket.close();
        }
        node.close();
    }

    private Socket connect() throws IOException {
        Socket socket = new Socket(InetAddress.ofLiteral("127.0.0.1"), node.server.port());
        opened.add(socket);
        return socket;
    }

    /** Connects with TLS; tries again, as clients do, when the processor was too busy for a handshake in the time that it may take. */
    private Socket secure() throws Exception {
        for (int attempt = 1; ; attempt++) {
            try {
                return handshake();
            } catch (IOException e) {
                if (attempt == HANDSHAKE_TRIES) {
                    throw e;
                }
            }
        }
    }

    private Socket handshake() throws Exception {
        SSLSocket socket = (SSLSocket) node.authority
                .context(null)
                .getSocketFactory()
                .createSocket(connect(), "127.0.0.1", node.server.port(), true);
        socket.startHandshake();
        opened.add(socket);
        return socket;
    }

    private static void send(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
        socket.getOutputStream().flush();
    }

    /** Whether the server has closed a connection, however it did so. */
    private static boolean closed(Socket socket) {
        try {
            socket.setSoTimeout(1);
            InputStream in = socket.getInputStream();
            while (in.read() >= 0) {
                // what was answered before
            }
            return true;
        } catch (SocketTimeoutException e) {
            return false;
        } catch (IOException e) {
            return true;
        }
    }

    private static long stillOpen(List<Socket> sockets) {
        return sockets.stream().filter(socket -> !closed(socket)).count();
    }

    private void served() throws Exception {
        long begin = System.nanoTime();
        try (var fresh = node.client(node.authority.client("CN=kube-apiserver-kubelet-client,O=system:masters"))) {
            HttpRequest request = HttpRequest.newBuilder(node.uri("https", "/healthz"))
                    .timeout(AT_ONCE)
                    .build();
            assertThat(fresh.send(request, HttpResponse.BodyHandlers.ofString()).body())
                    .isEqualTo("ok");
        }
        assertThat(System.nanoTime() - begin).isLessThan(AT_ONCE.toNanos());
    }

    private void allAreClosedInTime(List<Socket> sockets) throws Exception {
        served();
        long end = System.nanoTime() + SECONDS.toNanos();
        Conditions.await(
                "the connections to be closed, or their time to be over",
                () -> stillOpen(sockets) == 0 || System.nanoTime() > end);
        assertThat(stillOpen(sockets)).as("connections still open").isZero();
        served();
    }

    @Test
    void handshakesThatAreNotBegunAreFewAndShort() throws Exception {
        List<Socket> sockets = new ArrayList<>();
        for (int i = 0; i < CONNECTIONS; i++) {
            sockets.add(connect());
        }
        Conditions.await("the oldest to be closed", () -> stillOpen(sockets) <= KubeletServer.LIMITS.strangers());
        allAreClosedInTime(sockets);
    }

    @Test
    void idleConnectionsAreClosed() throws Exception {
        List<Socket> sockets = new ArrayList<>();
        for (int i = 0; i <= KubeletServer.LIMITS.strangers(); i++) {
            sockets.add(secure());
        }
        allAreClosedInTime(sockets);
    }

    @Test
    void headsThatDoNotEndAreClosed() throws Exception {
        List<Socket> sockets = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            Socket socket = secure();
            sockets.add(socket);
            send(socket, "GET /healthz HTTP/1.1\r\n" + "a:b\r\n".repeat(100));
        }
        long end = System.nanoTime() + SECONDS.toNanos();
        Conditions.await("the connections to be closed, or their time to be over", () -> {
            for (Socket socket : sockets) {
                try {
                    send(socket, "c: d\r\n");
                } catch (IOException e) {
                    continue; // closed, which is what is waited for
                }
            }
            return stillOpen(sockets) == 0 || System.nanoTime() > end;
        });
        allAreClosedInTime(sockets);
    }

    @Test
    void bodiesThatDoNotEndAreClosed() throws Exception {
        List<Socket> sockets = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            Socket socket = secure();
            sockets.add(socket);
            send(socket, "POST /exec/default/web/app HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\nslow");
        }
        allAreClosedInTime(sockets);
    }

    @Test
    void requestsWithoutPathAreRefused() throws Exception {
        Socket socket = secure();
        socket.setSoTimeout(10_000);
        send(socket, "GET ?x HTTP/1.1\r\nHost: node\r\nConnection: close\r\n\r\n");
        assertThat(new String(socket.getInputStream().readNBytes(12), StandardCharsets.US_ASCII))
                .isEqualTo("HTTP/1.1 401");
        served();
    }

    @Test
    void headsAreSmall() throws Exception {
        assertThat(answer("GET /healthz HTTP/1.1\r\nHost: x\r\n" + "a: b\r\n".repeat(250) + "\r\n"))
                .endsWith(" 431");
        assertThat(answer("GET /" + "x".repeat(70_000) + " HTTP/1.1\r\nHost: x\r\n\r\n"))
                .endsWith(" 414");
        served();
    }

    private String answer(String request) throws Exception {
        Socket socket = secure();
        try {
            send(socket, request);
        } catch (IOException e) {
            // The server need not read to the end what it refuses.
        }
        socket.setSoTimeout(20_000);
        byte[] first = socket.getInputStream().readNBytes(12);
        return new String(first, StandardCharsets.US_ASCII);
    }
}
