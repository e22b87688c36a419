package dev.proa.delivery.entry;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.proa.api.value.ListValue;
import dev.proa.client.ObjectKey;
import dev.proa.delivery.entry.EntryService.Rule;
import dev.proa.delivery.entry.RequestMetrics.Totals;
import dev.proa.delivery.entry.Version.Endpoint;
import dev.proa.delivery.traffic.Split;
import dev.proa.http.MetricsText;
import dev.proa.testing.Await;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpVersion;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The proxy between real connections on loopback. */
class EntryProxyTest {
    private static final ObjectKey KEY = new ObjectKey("default", "hello");
    private static final String HOST = "127.0.0.1";

    private final RequestMetrics metrics = new RequestMetrics();
    private final EntryProxy proxy = new EntryProxy(HOST, metrics, new Random(7));
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final List<AutoCloseable> open = new ArrayList<>();

    private volatile EntryService service = new EntryService(KEY, List.of(), Map.of());
    private final int port = proxy.listen(() -> service);

    @AfterEach
    void close() throws Exception {
        proxy.close();
        client.shutdownNow();
        for (AutoCloseable each : open) {
            each.close();
        }
    }

    private interface Handler {
        void answer(HttpExchange exchange) throws IOException;
    }

    private Endpoint pod(Handler handler) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(HOST, 0), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", exchange -> {
            try (exchange) {
                handler.answer(exchange);
            }
        });
        server.start();
        open.add(() -> server.stop(0));
        return new Endpoint(HOST, server.getAddress().getPort());
    }

    private Endpoint says(String text) throws IOException {
        return pod(exchange -> say(exchange, 200, text));
    }

    private static void say(HttpExchange exchange, int code, String text) throws IOException {
        exchange.getRequestBody().readAllBytes();
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(code, bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    /** A port at which nobody listens. */
    private static Endpoint nobody() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName(HOST))) {
            return new Endpoint(HOST, socket.getLocalPort());
        }
    }

    private void serve(int canaryWeight, Endpoint canary, Endpoint... stable) {
        Split split = Split.all("stable")
                .withBackends(List.of(
                        new Split.Backend("canary", canaryWeight), new Split.Backend("stable", 100 - canaryWeight)));
        service = new EntryService(
                KEY,
                List.of(new Rule("", "", "", split)),
                Map.of(
                        "canary", new Version("canary", "new", List.of(canary)),
                        "stable", new Version("stable", "old", Arrays.asList(stable))));
    }

    private void serve(Endpoint stable) throws IOException {
        serve(0, nobody(), stable);
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://" + HOST + ":" + port + path));
    }

    private HttpResponse<String> get(String path) throws Exception {
        return client.send(request(path).build(), BodyHandlers.ofString());
    }

    private Totals totals(String version) {
        return metrics.totals("default", "hello", version);
    }

    @Test
    void requestsAreSharedOutAndCountedByVersion() throws Exception {
        serve(50, pod(exchange -> say(exchange, 500, "new")), says("old"));
        int errors = 0;
        for (int i = 0; i < 100; i++) {
            errors += get("/").statusCode() == 500 ? 1 : 0;
        }
        assertThat(errors).as("of 100, seed 7").isBetween(30, 70);
        assertThat(totals("new").errors()).isEqualTo(errors);
        assertThat(totals("new").requests()).isEqualTo(errors);
        assertThat(totals("old").byClass()).containsExactly(0L, 100L - errors, 0L, 0L, 0L);
        assertThat(totals("old").buckets().stream().mapToLong(each -> each).sum())
                .isEqualTo(100 - errors);
        assertThat(totals("old").seconds()).isPositive();
        assertThat(new String(MetricsText.of(metrics.collect()), StandardCharsets.UTF_8))
                .contains(
                        "proa_entry_requests_total{code=\"5xx\",namespace=\"default\",service=\"hello\",version=\"new\"} "
                                + errors)
                .contains(
                        "proa_entry_request_duration_seconds_count{namespace=\"default\",service=\"hello\",version=\"new\"} "
                                + errors);
    }

    @Test
    void podSeesTheRequestAsItWasWithTheProxysHeaders() throws Exception {
        BlockingQueue<String> seen = new LinkedBlockingQueue<>();
        serve(pod(exchange -> {
            var headers = exchange.getRequestHeaders();
            seen.add(exchange.getRequestMethod() + " " + exchange.getRequestURI() + " " + headers.getFirst("Host") + " "
                    + headers.getFirst("X-Forwarded-For") + " " + headers.getFirst("X-Forwarded-Proto") + " "
                    + headers.getFirst("X-Own"));
            exchange.getResponseHeaders().add("X-Answer", "a");
            exchange.getResponseHeaders().add("X-Answer", "b");
            say(exchange, 418, "tea");
        }));
        HttpResponse<String> answer =
                client.send(request("/a%20b?c=d").header("X-Own", "1").DELETE().build(), BodyHandlers.ofString());
        assertThat(seen.take()).isEqualTo("DELETE /a%20b?c=d " + HOST + ":" + port + " 127.0.0.1 http 1");
        assertThat(answer.statusCode()).isEqualTo(418);
        assertThat(answer.headers().allValues("X-Answer")).containsExactly("a", "b");
        assertThat(answer.body()).isEqualTo("tea");
    }

    @Test
    void podThatRefusesConnectionsIsPassedOverAlsoByPost() throws Exception {
        serve(100, nobody(), says("old"));
        service = new EntryService(
                KEY,
                List.of(new Rule(
                        "",
                        "",
                        "",
                        Split.all("stable")
                                .withBackends(
                                        List.of(new Split.Backend("canary", 99), new Split.Backend("stable", 1))))),
                service.versions());
        for (int i = 0; i < 20; i++) {
            HttpResponse<String> answer = client.send(
                    request("/").POST(BodyPublishers.ofString("body")).build(), BodyHandlers.ofString());
            assertThat(answer.body()).isEqualTo("old");
        }
        assertThat(totals("new").errors()).isPositive();
        assertThat(totals("old").byClass().get(1)).isEqualTo(20);
    }

    /** A server that reads a request, says nothing and hangs up. */
    private Endpoint hangsUp(AtomicInteger asked) throws IOException {
        ServerSocket socket = new ServerSocket(0, 10, InetAddress.getByName(HOST));
        open.add(socket);
        Thread.ofVirtual().start(() -> {
            while (!socket.isClosed()) {
                try (Socket each = socket.accept()) {
                    asked.incrementAndGet();
                    each.getInputStream().read(new byte[4096]);
                } catch (IOException e) {
                    return;
                }
            }
        });
        return new Endpoint(HOST, socket.getLocalPort());
    }

    @Test
    void brokenConnectionIsTriedAgainOnlyWhereThatDoesNoHarm() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        serve(0, nobody(), hangsUp(asked), says("well"));
        for (int i = 0; i < 20; i++) {
            assertThat(get("/").body()).isEqualTo("well");
        }
        assertThat(asked.get()).isPositive();
        serve(hangsUp(asked));
        asked.set(0);
        HttpResponse<String> answer =
                client.send(request("/").POST(BodyPublishers.ofString("pay")).build(), BodyHandlers.ofString());
        assertThat(answer.statusCode()).isEqualTo(502);
        assertThat(asked.get()).isEqualTo(1);
    }

    @Test
    void withoutPodsTheAnswerIs503() throws Exception {
        service = new EntryService(KEY, List.of(), Map.of());
        HttpResponse<String> answer = get("/");
        assertThat(answer.statusCode()).isEqualTo(503);
        assertThat(answer.body()).isEqualTo("no pod of hello is ready\n");
    }

    @Test
    void longBodiesFlowBothWays() throws Exception {
        serve(pod(exchange -> {
            exchange.sendResponseHeaders(200, 0);
            exchange.getRequestBody().transferTo(exchange.getResponseBody());
        }));
        byte[] body = new byte[5 << 20];
        new Random(3).nextBytes(body);
        HttpResponse<byte[]> answer =
                client.send(request("/").POST(BodyPublishers.ofByteArray(body)).build(), BodyHandlers.ofByteArray());
        assertThat(Arrays.equals(answer.body(), body)).isTrue();
    }

    @Test
    void slowReaderHoldsTheSenderBack() throws Exception {
        AtomicInteger sent = new AtomicInteger();
        serve(pod(exchange -> {
            exchange.sendResponseHeaders(200, 0);
            byte[] piece = new byte[1 << 20];
            for (int i = 0; i < 200; i++) {
                exchange.getResponseBody().write(piece);
                sent.incrementAndGet();
            }
        }));
        try (Socket slow = new Socket(HOST, port)) {
            slow.setReceiveBufferSize(1 << 16);
            slow.getOutputStream().write("GET / HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            Await.until("some of it is sent", () -> sent.get() > 0);
            assertThat(slow.getInputStream().read()).isEqualTo('H');
            // What fits into the buffers of the kernel, two connections long, is sent; nothing more.
            int before = -1;
            while (before != sent.get()) {
                before = sent.get();
                slow.getInputStream().readNBytes(1 << 16);
            }
            assertThat(sent.get()).isLessThan(100);
        }
    }

    @Test
    void answersAreStreamedAsTheyCome() throws Exception {
        BlockingQueue<String> more = new LinkedBlockingQueue<>();
        serve(pod(exchange -> {
            exchange.sendResponseHeaders(200, 0);
            try {
                for (String each = more.take(); !each.isEmpty(); each = more.take()) {
                    exchange.getResponseBody().write(each.getBytes(StandardCharsets.UTF_8));
                    exchange.getResponseBody().flush();
                }
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
        }));
        more.add("one");
        HttpResponse<InputStream> answer = client.send(request("/").build(), BodyHandlers.ofInputStream());
        assertThat(new String(answer.body().readNBytes(3), StandardCharsets.UTF_8))
                .isEqualTo("one");
        more.add("two");
        assertThat(new String(answer.body().readNBytes(3), StandardCharsets.UTF_8))
                .isEqualTo("two");
        more.add("");
        assertThat(answer.body().readAllBytes()).isEmpty();
    }

    @Test
    void webSocketsPassThrough() throws Exception {
        Vertx vertx = Vertx.vertx();
        open.add(() -> vertx.close().toCompletionStage().toCompletableFuture().join());
        var server = vertx.createHttpServer(
                        new HttpServerOptions().setHost(HOST).setPort(0))
                .webSocketHandler(socket -> socket.textMessageHandler(text -> socket.writeTextMessage("echo " + text)))
                .listen()
                .toCompletionStage()
                .toCompletableFuture()
                .join();
        serve(new Endpoint(HOST, server.actualPort()));
        BlockingQueue<String> heard = new LinkedBlockingQueue<>();
        WebSocket socket = client.newWebSocketBuilder()
                .buildAsync(URI.create("ws://" + HOST + ":" + port + "/ws"), new WebSocket.Listener() {
                    @Override
                    public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
                        heard.add(data.toString());
                        from.request(1);
                        return null;
                    }
                })
                .get(20, TimeUnit.SECONDS);
        socket.sendText("hello", true).get(20, TimeUnit.SECONDS);
        assertThat(heard.poll(20, TimeUnit.SECONDS)).isEqualTo("echo hello");
        socket.sendClose(WebSocket.NORMAL_CLOSURE, "").get(20, TimeUnit.SECONDS);
        assertThat(totals("old").byClass().getFirst()).isEqualTo(1);
    }

    @Test
    void http2ComesInAndGrpcGoesOnAsHttp2WithTrailers() throws Exception {
        Vertx vertx = Vertx.vertx();
        open.add(() -> vertx.close().toCompletionStage().toCompletableFuture().join());
        var server = vertx.createHttpServer(
                        new HttpServerOptions().setHost(HOST).setPort(0))
                .requestHandler(request -> request.body()
                        .onSuccess(body -> request.response()
                                .putHeader("x-version", request.version().toString())
                                .putTrailer("grpc-status", "0")
                                .end(Buffer.buffer("re ").appendBuffer(body))))
                .listen()
                .toCompletionStage()
                .toCompletableFuture()
                .join();
        serve(new Endpoint(HOST, server.actualPort()));
        var http2 = vertx.createHttpClient(
                new HttpClientOptions().setProtocolVersion(HttpVersion.HTTP_2).setHttp2ClearTextUpgrade(false));
        for (String type : List.of("application/grpc", "text/plain")) {
            String told = http2.request(HttpMethod.POST, port, HOST, "/")
                    .compose(request -> request.putHeader("content-type", type).send(Buffer.buffer("call")))
                    .compose(answer -> answer.body()
                            .map(body -> answer.version() + " " + answer.getHeader("x-version") + " " + body + " "
                                    + answer.getTrailer("grpc-status")))
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(20, TimeUnit.SECONDS);
            String onward = type.equals("text/plain") ? "HTTP_1_1" : "HTTP_2";
            assertThat(told).startsWith("HTTP_2 " + onward + " re call");
            assertThat(told.endsWith(" 0")).isEqualTo(onward.equals("HTTP_2"));
        }
    }

    @Test
    void mirrorGetsACopyWhoseAnswerNobodySees() throws Exception {
        BlockingQueue<String> copies = new LinkedBlockingQueue<>();
        Endpoint mirror = pod(exchange -> {
            copies.add(exchange.getRequestMethod() + " "
                    + new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
            exchange.sendResponseHeaders(500, -1);
        });
        serve(0, mirror, pod(exchange -> say(exchange, 200, "real")));
        Split split = service.rules().getFirst().split();
        service = new EntryService(
                KEY,
                List.of(new Rule(
                        "", "", "", split.with(new Split.MirrorRoute("m", "canary", 100, ListValue.EMPTY), List.of()))),
                service.versions());
        assertThat(get("/").body()).isEqualTo("real");
        assertThat(copies.poll(20, TimeUnit.SECONDS)).isEqualTo("GET ");
        HttpResponse<String> answer =
                client.send(request("/").POST(BodyPublishers.ofString("text")).build(), BodyHandlers.ofString());
        assertThat(answer.body()).isEqualTo("real");
        assertThat(copies.poll(20, TimeUnit.SECONDS)).isEqualTo("POST text");
        Await.until("both copies are counted", () -> totals("new").errors() == 2);
    }

    @Test
    void clientThatGoesAwayEndsTheRequestAtThePod() throws Exception {
        BlockingQueue<String> ended = new LinkedBlockingQueue<>();
        serve(pod(exchange -> {
            exchange.sendResponseHeaders(200, 0);
            try {
                while (true) {
                    exchange.getResponseBody().write(new byte[1 << 16]);
                    exchange.getResponseBody().flush();
                }
            } catch (IOException e) {
                ended.add("ended");
                throw e;
            }
        }));
        try (Socket socket = new Socket(HOST, port)) {
            socket.getOutputStream().write("GET / HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            assertThat(socket.getInputStream().readNBytes(1000)).hasSize(1000);
        }
        assertThat(ended.poll(20, TimeUnit.SECONDS)).isEqualTo("ended");
    }

    @Test
    void tooLargeHeadIsRefused() throws Exception {
        serve(says("old"));
        try (Socket socket = new Socket(HOST, port)) {
            socket.getOutputStream().write("HEAD / HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            StringBuilder first = new StringBuilder(); // without TLS, the limits hold from the second request on
            while (first.indexOf("\r\n\r\n") < 0) {
                first.append((char) socket.getInputStream().read());
            }
            assertThat(first).startsWith("HTTP/1.1 200");
            ByteArrayOutputStream head = new ByteArrayOutputStream();
            head.writeBytes("GET / HTTP/1.1\r\nHost: x\r\n".getBytes(StandardCharsets.US_ASCII));
            for (int i = 0; i < 300; i++) {
                head.writeBytes(("X-H" + i + ": 1\r\n").getBytes(StandardCharsets.US_ASCII));
            }
            head.writeBytes("\r\n".getBytes(StandardCharsets.US_ASCII));
            socket.getOutputStream().write(head.toByteArray());
            assertThat(new String(socket.getInputStream().readNBytes(12), StandardCharsets.US_ASCII))
                    .isEqualTo("HTTP/1.1 431");
        }
    }

    @Test
    void theVersionInUseIsCountedOnHoweverManyOthersThereWere() {
        metrics.answered("default", "hello", "stable", 200, 1);
        for (int i = 0; i < 100; i++) {
            metrics.answered("default", "hello", "canary-" + i, 500, 1);
            metrics.answered("default", "hello", "stable", 200, 1);
        }
        assertThat(totals("stable").requests()).isEqualTo(101);
        assertThat(totals("canary-0").requests()).isZero();
    }
}
