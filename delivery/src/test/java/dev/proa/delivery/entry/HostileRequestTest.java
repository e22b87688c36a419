package dev.proa.delivery.entry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.client.ObjectKey;
import dev.proa.delivery.entry.EntryService.Rule;
import dev.proa.delivery.entry.Version.Endpoint;
import dev.proa.delivery.traffic.Split;
import dev.proa.testing.Await;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Requests by which a client tries to have the pod see others than the proxy did. The pod records the bytes that it gets. */
class HostileRequestTest {
    private static final String HOST = "127.0.0.1";

    private final EntryProxy proxy = new EntryProxy(HOST, new RequestMetrics(), new Random(7));
    private final ServerSocket pod;
    /** What the pod got, one text for each time that it read. */
    private final BlockingQueue<String> got = new LinkedBlockingQueue<>();

    private final int port;

    HostileRequestTest() throws IOException {
        pod = new ServerSocket(0, 10, InetAddress.getByName(HOST));
        Thread.ofVirtual().start(this::accept);
        EntryService service = new EntryService(
                new ObjectKey("default", "hello"),
                List.of(new Rule("", "", "", Split.all("stable"))),
                Map.of("stable", new Version("stable", "old", List.of(new Endpoint(HOST, pod.getLocalPort())))));
        port = proxy.listen(() -> service);
    }

    @AfterEach
    void close() throws IOException {
        proxy.close();
        pod.close();
    }

    private void accept() {
        while (!pod.isClosed()) {
            try {
                Socket socket = pod.accept();
                Thread.ofVirtual().start(() -> answer(socket));
            } catch (IOException e) {
                return; // the test is over
            }
        }
    }

    /** Answers whatever comes, at once and without reading a body. */
    private void answer(Socket socket) {
        byte[] buffer = new byte[1 << 16];
        try (socket) {
            for (int count = socket.getInputStream().read(buffer);
                    count > 0;
                    count = socket.getInputStream().read(buffer)) {
                got.add(new String(buffer, 0, count, StandardCharsets.ISO_8859_1));
                socket.getOutputStream()
                        .write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok".getBytes(StandardCharsets.US_ASCII));
            }
        } catch (IOException e) {
            // the proxy hung up, which it may
        }
    }

    private static String head(InputStream from) throws IOException {
        StringBuilder head = new StringBuilder();
        for (int read = from.read(); read >= 0; read = from.read()) {
            head.append((char) read);
            if (head.indexOf("\r\n\r\n") >= 0) {
                break;
            }
        }
        return head.toString();
    }

    private String send(String request) throws IOException {
        try (Socket socket = new Socket(HOST, port)) {
            socket.setSoTimeout(20_000);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            return head(socket.getInputStream());
        }
    }

    private String next() throws InterruptedException {
        String next = got.poll(20, TimeUnit.SECONDS);
        return next == null ? "" : next;
    }

    @Test
    void bodyOfAnUpgradeDoesNotPassForTheNextRequest() throws Exception {
        send(
                "POST /a HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nContent-Length: 5\r\n\r\nhello");
        StringBuilder all = new StringBuilder(next());
        Await.until("the pod has the body", () -> {
            got.forEach(all::append);
            got.clear();
            return all.toString().endsWith("\r\n\r\nhello");
        });
        assertThat(all.toString().toLowerCase(Locale.ROOT)).doesNotContain("upgrade");
        send("GET /b HTTP/1.1\r\nHost: x\r\n\r\n");
        assertThat(next()).startsWith("GET /b HTTP/1.1\r\n");
    }

    @Test
    void noTunnelsAreMadeThroughPods() throws Exception {
        assertThat(send("CONNECT x:80 HTTP/1.1\r\nHost: x:80\r\n\r\n")).startsWith("HTTP/1.1 405");
        assertThat(got).isEmpty();
    }

    @Test
    void hostOfAnAbsoluteTargetIsTheOneThatCounts() throws Exception {
        send("GET http://inner.example/a?b=1 HTTP/1.1\r\nHost: outer.example\r\n\r\n");
        assertThat(next()).startsWith("GET /a?b=1 HTTP/1.1\r\n").contains("host: inner.example\r\n");
    }

    @Test
    void targetOfHttp2CannotHoldAnotherRequest() throws Exception {
        for (String path : List.of("/a HTTP/1.1\r\nhost: x\r\n\r\nGET /b", "/a b", "a")) {
            assertThat(http2("GET", path, "x")).as(path).isFalse();
        }
        assertThat(http2("GET / HTTP/1.1\r\n\r\nGET", "/", "x")).isFalse();
        assertThat(http2("GET", "/", "x\r\n\r\nGET /b HTTP/1.1\r\nhost: x")).isFalse();
        assertThat(http2("GET", "/fine", "x")).isTrue();
    }

    /** Sends a request by HTTP/2; tells whether the pod got anything, which must then be one request. */
    private boolean http2(String method, String path, String authority) throws Exception {
        got.clear();
        try (Socket socket = new Socket(HOST, port)) {
            socket.setSoTimeout(20_000);
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            all.writeBytes("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            all.writeBytes(new byte[] {0, 0, 0, 4, 0, 0, 0, 0, 0}); // SETTINGS
            ByteArrayOutputStream fields = new ByteArrayOutputStream();
            Map<String, String> pseudo =
                    Map.of(":method", method, ":scheme", "http", ":path", path, ":authority", authority);
            pseudo.forEach((name, value) -> {
                fields.write(0); // a literal field, not Huffman coded
                literal(fields, name);
                literal(fields, value);
            });
            all.writeBytes(
                    new byte[] {0, 0, (byte) fields.size(), 1, 5, 0, 0, 0, 1}); // HEADERS, with all flags of an end
            all.writeBytes(fields.toByteArray());
            socket.getOutputStream().write(all.toByteArray());
            InputStream in = socket.getInputStream();
            for (byte[] frame = in.readNBytes(9); frame.length == 9; frame = in.readNBytes(9)) {
                int type = frame[3];
                boolean ours = frame[8] == 1;
                in.readNBytes((frame[0] & 255) << 16 | (frame[1] & 255) << 8 | frame[2] & 255);
                if (ours && (type == 1 || type == 3) || type == 7) { // HEADERS, RST_STREAM or GOAWAY
                    break;
                }
            }
        }
        List<String> seen = List.copyOf(got);
        assertThat(seen.stream().filter(each -> each.contains("/b"))).isEmpty();
        return !seen.isEmpty();
    }

    private static void literal(ByteArrayOutputStream to, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        assertThat(bytes.length).isLessThan(127);
        to.write(bytes.length);
        to.writeBytes(bytes);
    }
}
