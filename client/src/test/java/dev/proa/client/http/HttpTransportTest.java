package dev.proa.client.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import dev.proa.api.codec.Json;
import dev.proa.api.core.v1.ConfigMap;
import dev.proa.api.status.StatusException;
import dev.proa.client.Client;
import dev.proa.client.ListOptions;
import dev.proa.client.Patch;
import dev.proa.client.Transport.EventStream;
import dev.proa.client.Transport.TransportException;
import dev.proa.client.Transport.WatchEvent;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HttpTransportTest {
    private final List<String> seen = new CopyOnWriteArrayList<>();
    private @Nullable HttpServer server;

    @AfterEach
    void stop() {
        if (server != null) {
            server.stop(0);
        }
    }

    /** What a server does with an exchange. */
    private interface Answer {
        void to(HttpExchange exchange) throws IOException, InterruptedException;
    }

    private static void answer(HttpExchange exchange, int code, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(code, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    private URI serve(HttpServer started, Answer answer) {
        server = started;
        started.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        started.createContext("/", exchange -> {
            String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            seen.add(exchange.getRequestMethod() + " " + exchange.getRequestURI() + " "
                    + exchange.getRequestHeaders().getFirst("Content-Type") + " " + body);
            try {
                answer.to(exchange);
            } catch (InterruptedException e) {
                exchange.close();
            }
        });
        started.start();
        String scheme = started instanceof HttpsServer ? "https" : "http";
        return URI.create(scheme + "://127.0.0.1:" + started.getAddress().getPort());
    }

    private Client plain(Answer answer) throws IOException {
        URI uri = serve(HttpServer.create(loopback(), 0), answer);
        return new Client(new HttpTransport(new Connection(uri, null, false, null, null, () -> "secret")));
    }

    private static InetSocketAddress loopback() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }

    @Test
    void sendsRequestsAsTheApiWantsThem() throws Exception {
        try (Client client = plain(exchange -> {
            seen.add(exchange.getRequestHeaders().getFirst("Authorization"));
            answer(exchange, 200, "{\"kind\":\"ConfigMap\",\"items\":[],\"metadata\":{\"name\":\"a\"}}");
        })) {
            var maps = client.resource(ConfigMap.KIND).in("default");
            assertThat(maps.create(ConfigMap.of("default", "a")).name()).isEqualTo("a");
            maps.patch("a", Patch.merge(Json.decodeMap("{\"data\":{\"x\":\"1\"}}")));
            maps.list(ListOptions.labels("app in (a,b)"));
            maps.delete("a");
        }
        assertThat(seen)
                .containsSubsequence(
                        "POST /api/v1/namespaces/default/configmaps application/json"
                                + " {\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"a\",\"namespace\":\"default\"}}",
                        "Bearer secret",
                        "PATCH /api/v1/namespaces/default/configmaps/a application/merge-patch+json {\"data\":{\"x\":\"1\"}}",
                        "GET /api/v1/namespaces/default/configmaps?labelSelector=app%20in%20%28a%2Cb%29 null ",
                        "DELETE /api/v1/namespaces/default/configmaps/a null ");
    }

    @Test
    void turnsAnswersThatAreErrorsIntoExceptions() throws Exception {
        try (Client client = plain(exchange -> {
            boolean missing = exchange.getRequestURI().getPath().endsWith("/missing");
            answer(
                    exchange,
                    missing ? 404 : 503,
                    missing
                            ? "{\"kind\":\"Status\",\"code\":404,\"reason\":\"NotFound\",\"message\":\"configmaps \\\"missing\\\" not found\"}"
                            : "upstream down\n");
        })) {
            var maps = client.resource(ConfigMap.KIND).in("default");
            assertThat(maps.find("missing")).isNull();
            assertThatThrownBy(() -> maps.get("other"))
                    .isInstanceOfSatisfying(
                            StatusException.class, e -> assertThat(e.code()).isEqualTo(503))
                    .hasMessage("upstream down");
        }
    }

    @Test
    void readsWatchesAsTheyCome() throws Exception {
        CountDownLatch more = new CountDownLatch(1);
        try (Client client = plain(exchange -> {
            exchange.sendResponseHeaders(200, 0);
            exchange.getResponseBody()
                    .write("{\"type\":\"ADDED\",\"object\":{\"kind\":\"ConfigMap\"}}\n"
                            .getBytes(StandardCharsets.UTF_8));
            exchange.getResponseBody().flush();
            assertThat(more.await(60, TimeUnit.SECONDS)).isTrue();
            exchange.getResponseBody()
                    .write("{\"type\":\"BOOKMARK\",\"object\":{}}\n".getBytes(StandardCharsets.UTF_8));
            exchange.close();
        })) {
            try (EventStream events = client.resource(ConfigMap.KIND).watch(ListOptions.ALL.withBookmarks())) {
                assertThat(events.next(Duration.ofSeconds(60)))
                        .extracting(WatchEvent::type)
                        .isEqualTo("ADDED");
                assertThat(events.next(Duration.ofMillis(10))).isNull();
                assertThat(events.ended()).isFalse();
                more.countDown();
                assertThat(events.next(Duration.ofSeconds(60)))
                        .extracting(WatchEvent::type)
                        .isEqualTo("BOOKMARK");
                assertThat(events.next(Duration.ofSeconds(60))).isNull();
                assertThat(events.ended()).isTrue();
            }
        }
        assertThat(seen).containsExactly("GET /api/v1/configmaps?allowWatchBookmarks=true&watch=true null ");
    }

    @Test
    void saysThatNothingListens() throws Exception {
        try (Socket bound = new Socket()) { // has a port that nobody else gets, and does not listen
            bound.bind(loopback());
            URI uri = URI.create("http://127.0.0.1:" + bound.getLocalPort());
            try (HttpTransport transport = new HttpTransport(new Connection(uri, null, false, null, null, null))) {
                assertThatThrownBy(() -> new Client(transport).discovery().version())
                        .isInstanceOf(TransportException.class)
                        .hasMessageContaining("nothing listens at " + uri);
            }
        }
    }

    @Test
    void authenticatesBothSidesByCertificates(@TempDir Path directory) throws Exception {
        KeyStore store = selfSigned(directory);
        String certificate = pem("CERTIFICATE", store.getCertificate("me").getEncoded());
        String key =
                pem("PRIVATE KEY", store.getKey("me", "secret".toCharArray()).getEncoded());
        HttpsServer https = HttpsServer.create(loopback(), 0);
        https.setHttpsConfigurator(new HttpsConfigurator(tls(store)) {
            @Override
            public void configure(HttpsParameters parameters) {
                parameters.setNeedClientAuth(true);
            }
        });
        URI uri = serve(https, exchange -> answer(exchange, 200, "{\"gitVersion\":\"v1.36.3\"}"));

        try (Client client =
                new Client(new HttpTransport(Connection.withCertificate(uri, certificate, certificate, key)))) {
            assertThat(client.discovery().version()).isEqualTo("v1.36.3");
        }
        try (Client client = new Client(new HttpTransport(new Connection(uri, null, false, certificate, key, null)))) {
            assertThatThrownBy(() -> client.discovery().version())
                    .isInstanceOf(TransportException.class)
                    .hasMessageContaining("no secure connection");
        }
    }

    private static KeyStore selfSigned(Path directory) throws Exception {
        Path file = directory.resolve("store.p12");
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        "me",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=test",
                        "-ext",
                        "san=ip:127.0.0.1",
                        "-keystore",
                        file.toString(),
                        "-storepass",
                        "secret",
                        "-storetype",
                        "PKCS12")
                .redirectErrorStream(true)
                .start();
        keytool.getInputStream().readAllBytes();
        assertThat(keytool.waitFor()).isZero();
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(file)) {
            store.load(in, "secret".toCharArray());
        }
        return store;
    }

    private static SSLContext tls(KeyStore store) throws Exception {
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, "secret".toCharArray());
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("me", store.getCertificate("me"));
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
        return context;
    }

    private static String pem(String label, byte[] der) {
        return "-----BEGIN " + label + "-----\n" + Base64.getMimeEncoder().encodeToString(der) + "\n-----END " + label
                + "-----\n";
    }
}
