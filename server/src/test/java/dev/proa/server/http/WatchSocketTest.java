package dev.proa.server.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proa.api.codec.Json;
import dev.proa.api.value.MapValue;
import dev.proa.testing.Await;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Watches over WebSockets, made by the JDK's client. */
class WatchSocketTest {
    private static final String MAPS = "/api/v1/namespaces/default/configmaps";
    private static final String PROTOBUF = "application/vnd.kubernetes.protobuf;stream=watch";

    @TempDir
    static Path directory;

    private static RunningServer running;
    private static Https https;

    @BeforeAll
    static void start() {
        running = new RunningServer(directory);
        https = new Https(running, running.pki().administrator(), HttpClient.Version.HTTP_1_1);
    }

    @AfterAll
    static void stop() {
        https.close();
        running.close();
    }

    private static void create(String name, String data) {
        assertThat(https.send(
                                "POST",
                                MAPS,
                                "{\"metadata\":{\"name\":\"" + name + "\"},\"data\":{\"k\":\"" + data + "\"}}",
                                "Content-Type",
                                "application/json")
                        .statusCode())
                .isEqualTo(201);
    }

    private static String watch(String name) {
        return MAPS + "?watch=true&fieldSelector=metadata.name%3D" + name;
    }

    @Test
    void eachEventIsATextOfJson() throws Exception {
        Messages messages = new Messages();
        WebSocket socket = https.socket(watch("text"), messages).get(60, TimeUnit.SECONDS);
        create("text", "small");
        MapValue added = Json.decodeMap(messages.text());
        // Nobody reads what a client says.
        socket.sendText("hello", true).get(60, TimeUnit.SECONDS);
        https.send("DELETE", MAPS + "/text", null);
        String deleted = messages.text();

        assertThat(added.string("type")).isEqualTo("ADDED");
        assertThat(added.map("object").map("metadata").string("name")).isEqualTo("text");
        assertThat(deleted).startsWith("{\"type\":\"DELETED\",\"object\":{").endsWith("}}\n");
        socket.abort();
    }

    @Test
    void anEventLargerThanAFrameComesWhole() throws Exception {
        create("large", "x".repeat(300_000));
        Messages messages = new Messages();
        WebSocket socket = https.socket(watch("large"), messages).get(60, TimeUnit.SECONDS);

        assertThat(Json.decodeMap(messages.text()).map("object").map("data").string("k"))
                .hasSize(300_000);
        socket.abort();
    }

    @Test
    void protobufComesAsBytesWithoutTheLengthThatAFrameHas() throws Exception {
        create("binary", "small");
        Messages messages = new Messages();
        https.socket(watch("binary") + "&timeoutSeconds=1", messages, "Accept", PROTOBUF)
                .get(60, TimeUnit.SECONDS);
        byte[] message = messages.bytes();
        HttpRequest request = https.request(watch("binary") + "&timeoutSeconds=1")
                .header("Accept", PROTOBUF)
                .build();
        byte[] frame =
                https.send(request, HttpResponse.BodyHandlers.ofByteArray()).body();

        assertThat(ByteBuffer.wrap(frame).getInt()).isEqualTo(message.length);
        assertThat(message).isEqualTo(Arrays.copyOfRange(frame, 4, frame.length));
    }

    @Test
    void theServerClosesTheSocketOfAWatchThatIsOver() throws Exception {
        Messages messages = new Messages();
        https.socket(watch("nothing") + "&timeoutSeconds=1", messages).get(60, TimeUnit.SECONDS);

        assertThat(messages.closed()).isEqualTo(WebSocket.NORMAL_CLOSURE);
    }

    @Test
    void aWatchEndsWithItsClient() throws Exception {
        WebSocket closing = https.socket(watch("nothing"), new Messages()).get(60, TimeUnit.SECONDS);
        WebSocket aborting = https.socket(watch("nothing"), new Messages()).get(60, TimeUnit.SECONDS);
        Await.until("both are watched", () -> watches() == 2);
        closing.sendClose(WebSocket.NORMAL_CLOSURE, "").get(60, TimeUnit.SECONDS);
        aborting.abort();

        Await.until("no watch is left", () -> watches() == 0);
    }

    private static long watches() {
        return https.get("/metrics")
                .body()
                .lines()
                .filter(line -> line.startsWith("apiserver_longrunning_requests{") && line.contains("verb=\"WATCH\""))
                .mapToLong(line -> (long) Double.parseDouble(line.substring(line.lastIndexOf(' '))))
                .sum();
    }

    @Test
    void aWatchThatIsRefusedIsNoSocket() {
        assertThatThrownBy(() -> https.socket(MAPS + "?watch=true&fieldSelector=foo%3Dbar", new Messages())
                        .get(60, TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class)
                .cause()
                .isInstanceOfSatisfying(
                        WebSocketHandshakeException.class,
                        refused ->
                                assertThat(refused.getResponse().statusCode()).isEqualTo(400));
    }

    private static final String HANDSHAKE = """
            GET %s HTTP/1.1
            Host: localhost
            Upgrade: websocket
            Sec-WebSocket-Version: 13
            Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==
            """;

    private static SSLSocket ask(String path, String more) throws IOException {
        SSLSocket socket = https.socket();
        socket.setSoTimeout(60_000);
        String head = HANDSHAKE.formatted(path) + more + "\n";
        socket.getOutputStream().write(head.replace("\n", "\r\n").getBytes(StandardCharsets.US_ASCII));
        return socket;
    }

    private static String answer(SSLSocket socket) throws IOException {
        byte[] start = socket.getInputStream().readNBytes("HTTP/1.1 000".length());
        return new String(start, StandardCharsets.US_ASCII);
    }

    @Test
    void aHandshakeWithABodyIsRefusedAndHoldsNothing() throws Exception {
        for (String body :
                List.of("Content-Length: 100\n", "Transfer-Encoding: chunked\n", "Content-Length: 20000\n")) {
            try (SSLSocket socket = ask(watch("nothing"), "Connection: Upgrade\n" + body)) {
                assertThat(answer(socket)).isEqualTo("HTTP/1.1 400");
            }
        }
        Await.until("no watch is left", () -> watches() == 0);
    }

    /** As with Kubernetes. */
    @Test
    void anUpgradeThatTheConnectionDoesNotNameIsNone() throws IOException {
        try (SSLSocket socket = ask(watch("nothing") + "&timeoutSeconds=1", "")) {
            assertThat(answer(socket)).isEqualTo("HTTP/1.1 200");
        }
    }

    @Test
    void aClientThatPingsAndReadsNothingIsNotReadEither() throws Exception {
        try (SSLSocket socket = ask(watch("nothing"), "Connection: keep-alive, Upgrade\n")) {
            assertThat(answer(socket)).isEqualTo("HTTP/1.1 101");
            socket.setSoLinger(true, 0); // closing does not wait for the writer
            byte[] pings = new byte[131 * 1_000]; // of 125 bytes, masked with zeros
            for (int at = 0; at < pings.length; at += 131) {
                pings[at] = (byte) 0x89;
                pings[at + 1] = (byte) (0x80 | 125);
            }
            AtomicLong written = new AtomicLong();
            Thread writer = Thread.ofVirtual().start(() -> {
                try {
                    while (written.get() < 300_000_000) {
                        socket.getOutputStream().write(pings);
                        written.addAndGet(pings.length);
                    }
                } catch (IOException e) {
                    return; // the socket was closed
                }
            });
            long before;
            do {
                before = written.get();
            } while (!writer.join(Duration.ofSeconds(2)) && written.get() > before);

            assertThat(written.get()).isLessThan(100_000_000);
        }
        Await.until("no watch is left", () -> watches() == 0);
    }

    /** Collects whole messages. */
    private static final class Messages implements WebSocket.Listener {
        private final BlockingQueue<Object> received = new LinkedBlockingQueue<>();
        private final StringBuilder text = new StringBuilder();
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

        private Object next() throws InterruptedException {
            Object message = received.poll(60, TimeUnit.SECONDS);
            assertThat(message).isNotNull();
            return message;
        }

        String text() throws InterruptedException {
            return (String) next();
        }

        byte[] bytes() throws InterruptedException {
            return (byte[]) next();
        }

        int closed() throws InterruptedException {
            return (Integer) next();
        }

        @Override
        public CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
            text.append(data);
            if (last) {
                received.add(text.toString());
                text.setLength(0);
            }
            socket.request(1);
            return null;
        }

        @Override
        public CompletionStage<?> onBinary(WebSocket socket, ByteBuffer data, boolean last) {
            byte[] part = new byte[data.remaining()];
            data.get(part);
            bytes.writeBytes(part);
            if (last) {
                received.add(bytes.toByteArray());
                bytes.reset();
            }
            socket.request(1);
            return null;
        }

        @Override
        public CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
            received.add(code);
            return null;
        }
    }
}
