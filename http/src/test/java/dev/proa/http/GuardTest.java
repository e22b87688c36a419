package dev.proa.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Clients of a server that refuses every request without reading its body. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class GuardTest {
    private static final int BODY = 4 << 20;

    private final ConnectionLimits limits = new ConnectionLimits(
            2_048, 16, 64 << 10, 200, 1 << 20, Duration.ofSeconds(1), 8 << 20, Duration.ofMinutes(1));
    private final List<Socket> opened = new ArrayList<>();
    private Vertx vertx;
    private HttpServer server;

    @BeforeEach
    void start() {
        vertx = ConnectionGuard.vertx(new VertxOptions().setEventLoopPoolSize(1), limits);
        server = vertx.createHttpServer()
                .connectionHandler(GuardedConnection::of)
                .requestHandler(GuardTest::refuse);
        Blocking.await(server.listen(0, "127.0.0.1"));
    }

    @AfterEach
    void stop() throws IOException {
        for (Socket socket : opened) {
            socket.close();
        }
        Blocking.await(vertx.close());
    }

    private static void refuse(HttpServerRequest request) {
        GuardedConnection connection = GuardedConnection.of(request.connection());
        connection.begun();
        connection.known("user");
        request.pause();
        Thread.ofVirtual().start(() -> {
            connection.answering(request);
            Blocking.await(request.response().setStatusCode(413).end("large"));
            connection.answered();
        });
    }

    private Socket connect() throws IOException {
        Socket socket = new Socket(InetAddress.ofLiteral("127.0.0.1"), server.actualPort());
        socket.setSoTimeout(30_000);
        opened.add(socket);
        return socket;
    }

    private static void send(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** All that comes until the server closes the connection. */
    private static String rest(Socket socket) throws IOException {
        return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII).toLowerCase(Locale.ROOT);
    }

    private static String answer(Socket socket, String request) throws IOException {
        send(socket, request);
        InputStream in = socket.getInputStream();
        StringBuilder answer = new StringBuilder();
        while (!answer.toString().endsWith("large")) {
            int next = in.read();
            assertThat(next).as("%s", answer).isNotNegative();
            answer.append((char) next);
        }
        return answer.toString().toLowerCase(Locale.ROOT);
    }

    private static String post(int length) {
        return "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: " + length + "\r\n\r\n";
    }

    @Test
    void whoSendsAllBeforeReadingGetsTheAnswer() throws IOException {
        Socket socket = connect();
        send(socket, post(BODY));
        byte[] part = new byte[BODY / 64];
        for (int i = 0; i < 64; i++) {
            socket.getOutputStream().write(part);
        }
        assertThat(rest(socket))
                .startsWith("http/1.1 413 ")
                .contains("connection: close")
                .endsWith("large");
    }

    @Test
    void whatNeverComesToItsEndIsNotWaitedFor() throws IOException {
        Socket socket = connect();
        send(socket, post(BODY) + "some");
        assertThat(rest(socket)).startsWith("http/1.1 413 ");
    }

    @Test
    void aBodyThatIsThereKeepsTheConnection() throws IOException {
        Socket socket = connect();
        for (int i = 0; i < 100; i++) {
            assertThat(answer(socket, post(4) + "some"))
                    .startsWith("http/1.1 413 ")
                    .doesNotContain("connection: close");
        }
    }

    @Test
    void headersWithOneNameCount() throws IOException {
        Socket socket = connect();
        answer(socket, post(0)); // without TLS, a server hears of a connection by its first request
        send(socket, "GET / HTTP/1.1\r\nHost: x\r\n" + "a: b\r\n".repeat(250) + "\r\n");
        assertThat(rest(socket)).startsWith("http/1.1 431 ");
    }

    @Test
    void whoNeverFinishesAFirstHeadIsCutOffAlsoWithoutTls() throws IOException {
        Socket silent = connect();
        Socket slow = connect();
        send(slow, "GET / HT");
        assertThat(rest(silent)).isEmpty();
        assertThat(rest(slow)).isEmpty();
    }

    @Test
    void theNewestGetsInWhileOthersAreClosedForIt() throws IOException {
        for (int i = 0; i < 500; i++) {
            connect();
        }
        Socket newest = connect();
        send(newest, post(0));
        assertThat(newest.getInputStream().readNBytes(12))
                .asString(StandardCharsets.US_ASCII)
                .isEqualTo("HTTP/1.1 413");
        int closed = 0;
        for (Socket socket : opened.subList(0, 500 - limits.strangers())) {
            closed += rest(socket).isEmpty() ? 1 : 0;
        }
        assertThat(closed).isEqualTo(500 - limits.strangers());
    }

    @Test
    void theNewestWaitsWhileTheEventLoopCannotCloseOthersForIt() throws IOException {
        CountDownLatch free = new CountDownLatch(1);
        connect();
        vertx.runOnContext(now -> await(free));
        for (int i = 0; i < 700; i++) {
            connect();
        }
        Socket newest = connect();
        send(newest, post(0));
        newest.setSoTimeout(300);
        InputStream in = newest.getInputStream();
        assertThatThrownBy(in::read).isInstanceOf(SocketTimeoutException.class);
        free.countDown();
        newest.setSoTimeout(30_000);
        assertThat(in.readNBytes(12)).asString(StandardCharsets.US_ASCII).isEqualTo("HTTP/1.1 413");
    }
}
