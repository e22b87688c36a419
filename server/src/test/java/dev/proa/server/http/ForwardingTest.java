package dev.proa.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.codec.Json;
import dev.proa.http.AnyClientTrust;
import dev.proa.server.apiserver.ApiRequest;
import dev.proa.server.apiserver.Query;
import dev.proa.server.auth.UserInfo;
import dev.proa.server.pki.Pki;
import io.vertx.core.Vertx;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.KeyCertOptions;
import io.vertx.core.net.TrustOptions;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the kubelet answers goes through the API server: logs as they are, upgraded connections as tunnels. */
class ForwardingTest {
    private static final UserInfo MASTER = UserInfo.of("test", UserInfo.MASTERS);

    private final Vertx vertx = Vertx.vertx();
    private final AtomicReference<String> asked = new AtomicReference<>("");
    private final AtomicReference<List<String>> headers = new AtomicReference<>(List.of());
    private RunningServer running;
    private Https https;
    private HttpServer kubelet;

    @BeforeEach
    void start(@TempDir Path directory) {
        running = new RunningServer(directory);
        https = Https.administrator(running);
        kubelet = kubelet(running.pki());
        create("/api/v1/nodes", """
                {"metadata":{"name":"n"}}""");
        nodeAt(kubelet.actualPort());
        create("/api/v1/namespaces/default/serviceaccounts", """
                {"metadata":{"name":"default"}}""");
        create("/api/v1/namespaces/default/pods", """
                {"metadata":{"name":"p"},"spec":{"nodeName":"n","containers":[{"name":"c","image":"i"}]}}""");
    }

    @AfterEach
    void stop() {
        https.close();
        running.close();
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    private void create(String path, String body) {
        send("create", path, body);
    }

    private void nodeAt(int port) {
        update("/api/v1/nodes/n/status", """
                {"metadata":{"name":"n"},"status":{"addresses":[{"type":"InternalIP","address":"127.0.0.1"}],
                "daemonEndpoints":{"kubeletEndpoint":{"Port":%d}}}}""".formatted(port));
    }

    /** A path that the kubelet is asked for with the API server's rights must not hold what a pod's author wrote there. */
    @Test
    void anAnnotationLeadsToNoOtherPath() throws Exception {
        create("/api/v1/namespaces/default/pods", """
                {"metadata":{"name":"two","annotations":{"kubectl.kubernetes.io/default-container":"../../../runningpods/"}},
                "spec":{"nodeName":"n","containers":[{"name":"a","image":"i"},{"name":"b","image":"i"}]}}""");

        HttpResponse<String> response = https.get("/api/v1/namespaces/default/pods/two/log");

        assertThat(asked.get()).isEmpty();
        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(response.body()).contains("a container name must be specified for pod two, choose one of: [a b]");
    }

    private void update(String path, String body) {
        send("update", path, body);
    }

    private void send(String verb, String path, String body) {
        running.server().handle(ApiRequest.of(verb, path, Query.EMPTY, Json.decodeMap(body), null, MASTER));
    }

    private HttpServer kubelet(Pki pki) {
        HttpServerOptions options = new HttpServerOptions()
                .setSsl(true)
                .setHost("127.0.0.1")
                .setKeyCertOptions(KeyCertOptions.wrap(new SingleKeyManager(pki.kubeletServer("n", List.of()))))
                .setTrustOptions(TrustOptions.wrap(new AnyClientTrust(pki.authority())))
                .setClientAuth(ClientAuth.REQUIRED);
        return vertx.createHttpServer(options)
                .requestHandler(this::answer)
                .listen(0)
                .toCompletionStage()
                .toCompletableFuture()
                .join();
    }

    private void answer(HttpServerRequest request) {
        asked.set(request.uri());
        headers.set(request.headers().names().stream()
                .map(name -> name.toLowerCase(Locale.ROOT))
                .toList());
        if (request.path().startsWith("/exec/")) {
            String protocol = request.getHeader("Sec-WebSocket-Protocol");
            request.response()
                    .putHeader("Upgrade", request.getHeader("Upgrade"))
                    .putHeader("Connection", "Upgrade")
                    .putHeader("Sec-WebSocket-Protocol", protocol == null ? "none" : protocol);
            request.toNetSocket().onSuccess(socket -> socket.handler(socket::write));
        } else if (request.path().equals("/elsewhere")) {
            request.response()
                    .setStatusCode(302)
                    .putHeader("Location", "https://127.0.0.1:" + running.port() + "/api/v1/secrets")
                    .end();
        } else if (request.path().startsWith("/page")) {
            String body = "<a href=\"/rewriteme\">test</a>" + " ".repeat(Integer.parseInt(request.query()));
            request.response()
                    .putHeader("Content-Type", "text/html; charset=utf-8")
                    .putHeader("Access-Control-Allow-Origin", "*")
                    .putHeader("X-Seen", String.valueOf(request.getHeader("X-Forwarded-Uri")));
            if (request.path().equals("/page/chunked")) {
                request.response().setChunked(true);
            }
            request.response().end(body);
        } else if (request.path().equals("/moved")) {
            request.response()
                    .setStatusCode(302)
                    .putHeader("Location", "/page/")
                    .end();
        } else if (request.path().equals("/quick")) {
            request.response().putHeader("Connection", "close").end("quick");
        } else {
            request.response().setChunked(true).putHeader("Content-Type", "text/plain");
            request.response().write("one\n");
            request.response().end("two\n");
        }
    }

    @Test
    void logsComeFromTheKubelet() {
        HttpResponse<String> response = https.get("/api/v1/namespaces/default/pods/p/log?tailLines=2&follow=true");

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.body()).isEqualTo("one\ntwo\n");
        assertThat(asked.get()).startsWith("/containerLogs/default/p/c?").contains("tailLines=2", "follow=true");
    }

    /** A server behind this one believes that only this one sets them. */
    @Test
    void headersByWhichProxiesNameUsersArePassedOnToNobody() {
        https.get(
                "/api/v1/nodes/n/proxy/page/?1",
                "x-corp-user",
                "root",
                "X-Corp-Extra-Scope",
                "all",
                "X-Remote-User",
                "root",
                "X-Corporation",
                "kept");

        assertThat(headers.get())
                .contains("x-corporation")
                .doesNotContain("x-corp-user", "x-corp-extra-scope", "x-remote-user");
    }

    /** As browsers need it, which know nothing of the proxy. */
    @Test
    void linksOfAProxiedServerLeadThroughTheProxy() {
        String proxy = "/api/v1/nodes/n/proxy";
        for (String path : List.of("/page/", "/page/chunked")) {
            HttpResponse<String> page = https.get(proxy + path + "?100000");
            assertThat(page.body())
                    .startsWith("<a href=\"" + proxy + "/rewriteme\">test</a> ")
                    .endsWith(" ");
            assertThat(page.body()).hasSize("<a href=\"/rewriteme\">test</a>".length() + proxy.length() + 100_000);
            assertThat(page.headers().firstValue("Access-Control-Allow-Origin")).isEmpty();
            assertThat(page.headers().firstValue("X-Seen")).contains(proxy + path);
        }
        assertThat(https.get(proxy + "/moved").headers().firstValue("Location")).contains(proxy + "/page/");
    }

    @Test
    void pagesThatAreTooLongGoAsTheyAre() {
        for (String path : List.of("/page/", "/page/chunked")) {
            HttpResponse<String> page = https.get("/api/v1/nodes/n/proxy" + path + "?" + (5 << 20));
            assertThat(page.body()).startsWith("<a href=\"/rewriteme\">");
            assertThat(page.body()).hasSize((5 << 20) + "<a href=\"/rewriteme\">test</a>".length());
        }
    }

    @Test
    void answersLoseNothingOfTheirBeginning() {
        for (int i = 0; i < 500; i++) {
            assertThat(https.get("/api/v1/nodes/n/proxy/quick?" + i).body()).isEqualTo("quick");
        }
    }

    @Test
    void upgradesBecomeTunnels() throws Exception {
        try (SSLSocket socket = https.socket()) {
            OutputStream out = socket.getOutputStream();
            out.write("""
                    GET /api/v1/namespaces/default/pods/p/exec?command=sh&command=-c&stdin=true&stdout=true&container=c HTTP/1.1
                    Host: localhost
                    Connection: Upgrade
                    Upgrade: websocket
                    Sec-WebSocket-Version: 13
                    Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==
                    Sec-WebSocket-Protocol: v5.channel.k8s.io

                    """.replace("\n", "\r\n").getBytes(StandardCharsets.US_ASCII));
            InputStream in = socket.getInputStream();
            String head = head(in);
            assertThat(head)
                    .startsWith("HTTP/1.1 101 ")
                    .containsIgnoringCase("Sec-WebSocket-Protocol: v5.channel.k8s.io");
            byte[] bytes = new byte[100_000];
            new java.util.Random(1).nextBytes(bytes);
            Thread writer = Thread.ofVirtual().start(() -> write(out, bytes));
            assertThat(in.readNBytes(bytes.length)).isEqualTo(bytes);
            assertThat(writer.join(Duration.ofSeconds(60))).isTrue();
        }
        assertThat(asked.get())
                .startsWith("/exec/default/p/c?")
                .contains("command=sh", "command=-c", "input=1", "output=1");
    }

    /** As client-go does it, which is what kubectl falls back to. */
    @Test
    void postsBecomeTunnelsToo() throws Exception {
        for (String length : List.of("", "Content-Length: 0\n")) {
            try (SSLSocket socket = https.socket()) {
                socket.setSoTimeout(10_000);
                OutputStream out = socket.getOutputStream();
                out.write("""
                        POST /api/v1/namespaces/default/pods/p/exec?command=cat&stdin=true&stdout=true&container=c HTTP/1.1
                        Host: localhost
                        %sConnection: Upgrade
                        Upgrade: SPDY/3.1
                        X-Stream-Protocol-Version: v4.channel.k8s.io

                        """.formatted(length).replace("\n", "\r\n").getBytes(StandardCharsets.US_ASCII));
                assertThat(head(socket.getInputStream()))
                        .startsWith("HTTP/1.1 101 ")
                        .containsIgnoringCase("Upgrade: SPDY/3.1");
                out.write("first".getBytes(StandardCharsets.US_ASCII));
                assertThat(socket.getInputStream().readNBytes(5))
                        .isEqualTo("first".getBytes(StandardCharsets.US_ASCII));
            }
        }
    }

    @Test
    void nobodySaysThatARequestHasAnotherMethod() {
        String path = "/api/v1/namespaces/default/pods/p";
        String header = "X-Proa-Upgrade-Method";
        try (Https old = new Https(running, running.pki().administrator(), HttpClient.Version.HTTP_1_1)) {
            for (Https client : List.of(https, old)) {
                assertThat(client.get(path, header, "DELETE").body()).contains("\"kind\":\"Pod\"");
                assertThat(client.get(path, header, "DELETE").statusCode()).isEqualTo(200);
            }
        }
    }

    @Test
    void tunnelsLoseNothingOfTheirBeginning() throws IOException {
        for (int i = 0; i < 50; i++) {
            try (SSLSocket socket = upgrade("exec?command=cat&stdin=true&stdout=true")) {
                byte[] first = ("first " + i).getBytes(StandardCharsets.US_ASCII);
                socket.getOutputStream().write(first);
                assertThat(socket.getInputStream().readNBytes(first.length)).isEqualTo(first);
            }
        }
    }

    /** A connection whose upgrade was accepted just now. */
    private SSLSocket upgrade(String action) throws IOException {
        SSLSocket socket = https.socket();
        socket.setSoTimeout(10_000);
        socket.getOutputStream()
                .write("""
                GET /api/v1/namespaces/default/pods/p/%s&container=c HTTP/1.1
                Host: localhost
                Connection: Upgrade
                Upgrade: websocket
                Sec-WebSocket-Protocol: v5.channel.k8s.io

                """.formatted(action).replace("\n", "\r\n").getBytes(StandardCharsets.US_ASCII));
        assertThat(head(socket.getInputStream())).startsWith("HTTP/1.1 101 ");
        return socket;
    }

    private static void write(OutputStream out, byte[] bytes) {
        try {
            out.write(bytes);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static String head(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int next = in.read();
            if (next < 0) {
                return head.toString();
            }
            head.append((char) next);
        }
        return head.toString();
    }

    @Test
    void aKubeletThatIsGoneIsUnavailable() throws IOException {
        try (Socket bound = new Socket()) { // has a port that nobody else gets, and does not listen
            bound.bind(new InetSocketAddress("127.0.0.1", 0));
            nodeAt(bound.getLocalPort());

            HttpResponse<String> response = https.get("/api/v1/namespaces/default/pods/p/log");

            assertThat(response.statusCode()).isEqualTo(503);
            assertThat(response.body()).contains("error trying to reach 127.0.0.1:" + bound.getLocalPort());
        }
    }

    @Test
    void proxiesToNodes() {
        HttpResponse<String> response = https.get("/api/v1/nodes/n/proxy/stats/summary?a=b");

        assertThat(response.body()).isEqualTo("one\ntwo\n");
        assertThat(asked.get()).isEqualTo("/stats/summary?a=b");
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
    void passesEveryMethodOn(String method) {
        HttpResponse<String> response = https.send(method, "/api/v1/nodes/n/proxy/quick", null);

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.body()).isEqualTo(method.equals("HEAD") ? "" : "quick");
        assertThat(asked.get()).isEqualTo("/quick");
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET", "HEAD", "POST"})
    void readersOfTheRootAreLedToItsSlash(String method) {
        HttpResponse<String> response = https.send(method, "/api/v1/nodes/n/proxy?a=b", null);

        if (method.equals("POST")) {
            assertThat(response.statusCode()).isEqualTo(200);
            assertThat(asked.get()).isEqualTo("/?a=b");
        } else {
            assertThat(response.statusCode()).isEqualTo(301);
            assertThat(response.headers().firstValue("Location")).hasValue("/api/v1/nodes/n/proxy/?a=b");
            assertThat(asked.get()).isEmpty();
        }
    }

    @Test
    void passesPathsOnAsTheyWereSent() {
        for (String path : List.of("/a%2fb", "/a%252fb", "/a//b", "/%25")) {
            https.get("/api/v1/nodes/n/proxy" + path);
            assertThat(asked.get()).isEqualTo(path);
        }
        https.get("/api/v1/nodes/n/proxy/../../z");
        assertThat(asked.get()).isEqualTo("/z");
    }

    @Test
    void followsNoRedirects() {
        HttpResponse<String> response = https.get("/api/v1/nodes/n/proxy/elsewhere");

        assertThat(response.statusCode()).isEqualTo(302);
        assertThat(response.headers().firstValue("Location").orElse("")).endsWith("/api/v1/secrets");
    }

    /** It has a certificate of the authority, and would let the certificate for kubelets do anything. */
    @Test
    void doesNotTakeItselfForANode() {
        nodeAt(running.port());

        HttpResponse<String> response = https.get("/api/v1/nodes/n/proxy/api/v1/secrets");

        assertThat(response.statusCode()).as(response.body()).isEqualTo(503);
        assertThat(response.body()).contains("does not show the certificate of node n");
    }

    @Test
    void doesNotReachItsOwnMachineThroughPodsAndServices() {
        update("/api/v1/namespaces/default/pods/p/status", """
                {"metadata":{"name":"p"},"status":{"podIP":"127.0.0.1","podIPs":[{"ip":"127.0.0.1"}]}}""");
        create("/api/v1/namespaces/default/services", """
                {"metadata":{"name":"s"},"spec":{"ports":[{"port":80}]}}""");
        create("/api/v1/namespaces/default/endpoints", """
                {"metadata":{"name":"s"},"subsets":[{"ports":[{"port":%d}],"addresses":[{"ip":"10.9.9.9"},
                {"ip":"10.244.0.9","targetRef":{"kind":"Pod","namespace":"default","name":"p"}}]}]}""".formatted(kubelet.actualPort()));

        HttpResponse<String> pod = https.get("/api/v1/namespaces/default/pods/p:" + kubelet.actualPort() + "/proxy/");
        HttpResponse<String> service = https.get("/api/v1/namespaces/default/services/s/proxy/");

        assertThat(pod.statusCode()).isEqualTo(400);
        assertThat(pod.body()).contains("address not allowed");
        assertThat(service.statusCode()).isEqualTo(503);
    }

    /** On two event loops, two requests that waited for a kubelet on them stopped the server for good. */
    @Test
    void anEscapedSlashDoesNotHoldUpEventLoops() throws IOException {
        try (java.net.ServerSocket silent = new java.net.ServerSocket(0)) {
            nodeAt(silent.getLocalPort());
            List<java.util.concurrent.CompletableFuture<HttpResponse<String>>> stuck = new java.util.ArrayList<>();
            for (int i = 0; i < 16; i++) {
                stuck.add(ask(i % 2 == 0 ? "p%2Flog" : "p%2Fproxy%2Fx"));
                stuck.add(ask("p/log"));
            }
            for (int i = 0; i < 16; i++) {
                try (Https other = Https.administrator(running)) {
                    assertThat(other.get("/readyz").statusCode()).isEqualTo(200);
                }
            }
            stuck.forEach(each -> each.cancel(true));
        }
    }

    private java.util.concurrent.CompletableFuture<HttpResponse<String>> ask(String pod) {
        java.net.http.HttpRequest request = java.net.http.HttpRequest.newBuilder(
                        java.net.URI.create(https.server() + "/api/v1/namespaces/default/pods/" + pod))
                .timeout(Duration.ofSeconds(60))
                .build();
        return https.client().sendAsync(request, HttpResponse.BodyHandlers.ofString());
    }
}
