package dev.proa.node.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proa.api.codec.Json;
import dev.proa.api.value.MapValue;
import dev.proa.node.cri.Conditions;
import dev.proa.node.metrics.ProbeMetrics;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class KubeletServerTest {
    @TempDir
    Path directory;

    private TestNode node;

    @BeforeEach
    void start() throws Exception {
        node = new TestNode(directory);
    }

    @AfterEach
    void stop() {
        node.close();
    }

    private Path log(String id, String text) throws Exception {
        return Files.writeString(directory.resolve(id + ".log"), text);
    }

    @Test
    void refusesWhoHasNoCertificateOfTheCluster() throws Exception {
        HttpRequest request =
                HttpRequest.newBuilder(node.uri("https", "/healthz")).build();
        try (var nobody = node.client((TestAuthority.Signed) null)) {
            assertThat(nobody.send(request, HttpResponse.BodyHandlers.discarding())
                            .statusCode())
                    .isEqualTo(401);
        }
        TestAuthority other = new TestAuthority("cluster");
        try (var stranger = node.client(other.client("CN=kube-apiserver-kubelet-client,O=system:masters"))) {
            assertThat(stranger.send(request, HttpResponse.BodyHandlers.discarding())
                            .statusCode())
                    .isEqualTo(401);
        }
        try (var user = node.client(node.authority.client("CN=jane,O=developers"))) {
            assertThat(user.send(request, HttpResponse.BodyHandlers.discarding())
                            .statusCode())
                    .isEqualTo(403);
        }
        assertThat(node.get("/healthz").body()).isEqualTo("ok");
        assertThat(node.get("/nothing").statusCode()).isEqualTo(404);
    }

    @Test
    void tellsItsConfiguration() throws Exception {
        MapValue config = Json.decodeMap(node.get("/configz").body()).map("kubeletconfig");

        assertThat(config.map("authentication")).isEqualTo(Json.decodeMap("""
                {"anonymous": {"enabled": false}, "webhook": {"enabled": true, "cacheTTL": "2m0s"}}"""));
        assertThat(config.map("authorization")).isEqualTo(Json.decodeMap("""
                {"mode": "Webhook", "webhook": {"cacheAuthorizedTTL": "5m0s", "cacheUnauthorizedTTL": "30s"}}"""));
        assertThat(config.integer("port", 0)).isEqualTo(node.server.port());
        assertThat(config.integer("podPidsLimit", 0)).isEqualTo(4096);
        node.reviews.rights.add("bob get configz");
        assertThat(statusWithToken("good", "/configz")).isEqualTo(200);
    }

    @Test
    void servesMetricsToThoseWhoMayGetThem() throws Exception {
        node.metrics
                .probes()
                .probed(new ProbeMetrics.Subject("Liveness", "app", "web", "default", "u-1"), false, 1_000_000);
        node.get("/nothing");

        assertThat(node.get("/metrics").body())
                .contains("kubelet_node_name{node=\"node-0\"} 1.0\n")
                .contains("kubelet_http_requests_total{long_running=\"false\",method=\"GET\",path=\"other\","
                        + "server_type=\"readwrite\"} 1.0\n")
                .contains("kubernetes_build_info{", "process_resident_memory_bytes ");
        assertThat(node.get("/metrics/probes").body())
                .contains("prober_probe_total{container=\"app\",namespace=\"default\",pod=\"web\",pod_uid=\"u-1\","
                        + "probe_type=\"Liveness\",result=\"failed\"} 1.0\n");
        assertThat(node.get("/metrics/resource").body()).contains("node_cpu_usage_seconds_total 90.5 0\n");
        assertThat(node.get("/metrics/cadvisor").body()).contains("machine_cpu_cores 2 0\n");
        assertThat(Json.decodeMap(node.get("/stats/summary?only_cpu_and_memory=true")
                                .body())
                        .map("node")
                        .string("nodeName"))
                .isEqualTo("node-0");
        assertThat(node.get("/stats/others").statusCode()).isEqualTo(404);
        assertThat(node.get("/metrics/others").statusCode()).isEqualTo(404);
        node.reviews.rights.add("bob get metrics");
        assertThat(statusWithToken("good", "/metrics")).isEqualTo(200);
        assertThat(statusWithToken("good", "/pods")).isEqualTo(403);
    }

    @ParameterizedTest
    @CsvSource({
        "TLSv1.2, TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, true",
        "TLSv1.3, TLS_AES_256_GCM_SHA384, true",
        "TLSv1.2, TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256, false",
        "TLSv1.2, TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA, false"
    })
    void takesStrongCiphersOnly(String version, String suite, boolean taken) throws Exception {
        try (SSLSocket socket = (SSLSocket)
                node.authority.context(null).getSocketFactory().createSocket("127.0.0.1", node.server.port())) {
            socket.setEnabledProtocols(new String[] {version});
            socket.setEnabledCipherSuites(new String[] {suite});
            if (taken) {
                socket.startHandshake();
            } else {
                assertThatThrownBy(socket::startHandshake).isInstanceOf(IOException.class);
            }
        }
    }

    @Test
    void isHealthyUnlessACheckFails() throws Exception {
        assertThat(node.get("/healthz").body()).isEqualTo("ok");

        node.health = Map.of("loops/dns", "proa-dns has failed", "loops/pods", "");
        assertThat(node.get("/healthz").statusCode()).isEqualTo(500);
        assertThat(node.get("/healthz").body())
                .isEqualTo("[-]loops/dns failed: proa-dns has failed\nhealthz check failed\n");
    }

    @Test
    void theApiSaysWhatTokensAndOtherUsersMay() throws Exception {
        assertThat(statusWithToken("good", "/pods")).isEqualTo(403);
        assertThat(statusWithToken("bad", "/pods")).isEqualTo(401);
        node.reviews.rights.add("bob get pods");
        // What was refused is remembered for a while, as by kubelets.
        assertThat(statusWithToken("good", "/pods")).isEqualTo(403);
        node.reviews.rights.add("bob get healthz");
        assertThat(statusWithToken("good", "/healthz")).isEqualTo(200);
        int asked = node.reviews.asked.get();
        assertThat(statusWithToken("good", "/healthz")).isEqualTo(200);
        assertThat(node.reviews.asked).as("an answer that is remembered").hasValue(asked);
        node.add("c", "app", TestNode.running());
        assertThat(statusWithToken("good", "/exec/default/web/app?command=ls&output=1"))
                .isEqualTo(403);

        node.reviews.rights.add("jane get proxy");
        try (var jane = node.client(node.authority.client("CN=jane,O=developers"))) {
            HttpRequest request =
                    HttpRequest.newBuilder(node.uri("https", "/pods")).build();
            assertThat(jane.send(request, HttpResponse.BodyHandlers.discarding())
                            .statusCode())
                    .isEqualTo(200);
        }
        int before = node.reviews.asked.get();
        assertThat(node.get("/pods").statusCode()).isEqualTo(200);
        assertThat(node.reviews.asked).as("for the API server nobody is asked").hasValue(before);
    }

    @Test
    void saysWhatIsMissing() throws Exception {
        assertThat(withToken("good", "GET", "/pods"))
                .isEqualTo("403 Forbidden (user=bob, verb=get, resource=nodes, subresource(s)=[pods proxy])\n");
        assertThat(withToken("good", "HEAD", "/stats/summary")).startsWith("403");
        assertThat(withToken("bad", "GET", "/pods")).isEqualTo("401 Unauthorized\n");
        node.reviews.unreachable = true;
        assertThat(withToken("good", "GET", "/metrics"))
                .isEqualTo("500 Authorization error (user=bob, verb=get, resource=nodes, subresource=metrics)\n");
        assertThat(withToken("other", "GET", "/metrics"))
                .as("nobody says whose it is")
                .startsWith("401");
    }

    /** With Kubernetes it does, since WebSockets open streams by GET. */
    @Test
    void whoMayOnlyReadRunsNoCommands() throws Exception {
        node.add("c", "app", TestNode.running());
        node.reviews.rights.addAll(Set.of("bob get proxy", "bob get pods"));
        for (String path : new String[] {
            "/exec/default/web/app?command=ls&output=1", "/attach/default/web/app?output=1", "/portForward/default/web"
        }) {
            assertThat(withToken("good", "GET", path))
                    .isEqualTo("403 Forbidden (user=bob, verb=create, resource=nodes, subresource(s)=[proxy])\n");
        }
    }

    @Test
    void aTokenCountsWhenTheCertificateIsNoneOfTheClusters() throws Exception {
        node.reviews.rights.add("bob get healthz");
        HttpRequest request = HttpRequest.newBuilder(node.uri("https", "/healthz"))
                .header("Authorization", "Bearer good")
                .build();
        TestAuthority other = new TestAuthority("other");
        try (var client = node.client(other.client("CN=admin,O=system:masters"))) {
            assertThat(client.send(request, HttpResponse.BodyHandlers.discarding())
                            .statusCode())
                    .isEqualTo(200);
        }
    }

    /** Go, and Proa as it, signs the groups of a user in one relative name. */
    @Test
    void groupsAreFoundWhereverTheyAre() throws Exception {
        assertThat(statusOf("O=developers+O=system:masters,CN=jane")).isEqualTo(200);
        assertThat(statusOf("O=developers,O=system:masters,CN=jane")).isEqualTo(200);
        assertThat(statusOf("O=developers+O=testers,CN=jane")).isEqualTo(403);
        assertThat(statusOf("O=system:masters,CN=jane,CN=joe"))
                .as("which of them?")
                .isEqualTo(401);
        assertThat(statusOf("O=system:masters")).isEqualTo(401);
    }

    private int statusOf(String subject) throws Exception {
        HttpRequest request =
                HttpRequest.newBuilder(node.uri("https", "/healthz")).build();
        try (var client = node.client(node.authority.client(subject))) {
            return client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
        }
    }

    private String withToken(String token, String method, String path) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(node.uri("https", path))
                .method(method, HttpRequest.BodyPublishers.noBody())
                .header("Authorization", "Bearer " + token)
                .build();
        try (var nobody = node.client((TestAuthority.Signed) null)) {
            HttpResponse<String> answer = nobody.send(request, HttpResponse.BodyHandlers.ofString());
            return answer.statusCode() + " " + answer.body();
        }
    }

    private int statusWithToken(String token, String path) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(node.uri("https", path))
                .header("Authorization", "Bearer " + token)
                .build();
        try (var nobody = node.client((TestAuthority.Signed) null)) {
            return nobody.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/healthz",
                "/pods",
                "/containerLogs/default/web/app",
                "/exec/default/web/app?command=ls&output=1",
                "/attach/default/web/app?output=1",
                "/portForward/default/web?port=80",
                "/metrics",
                "/stats/summary",
                "/nothing"
            })
    void refusesStrangersWhateverTheyAskFor(String path) throws Exception {
        node.add("c", "app", TestNode.running());
        for (String method : new String[] {"GET", "POST"}) {
            HttpRequest request = HttpRequest.newBuilder(node.uri("https", path))
                    .method(method, HttpRequest.BodyPublishers.noBody())
                    .header("Authorization", "Bearer anything")
                    .build();
            try (var nobody = node.client((TestAuthority.Signed) null)) {
                HttpResponse<String> answer = nobody.send(request, HttpResponse.BodyHandlers.ofString());
                assertThat(answer.statusCode()).as(method).isEqualTo(401);
                assertThat(answer.body()).doesNotContain("web");
            }
        }
    }

    @Test
    void listsItsPods() throws Exception {
        HttpResponse<String> answer = node.get("/pods");

        assertThat(answer.statusCode()).isEqualTo(200);
        MapValue list = Json.decodeMap(answer.body().getBytes(StandardCharsets.UTF_8));
        assertThat(list.string("kind")).isEqualTo("PodList");
        assertThat(list.list("items").map(0).map("metadata").string("name")).isEqualTo("web");
    }

    @Test
    void givesLogs() throws Exception {
        node.add("old", "app", TestNode.exited(1));
        node.add("new", "app", TestNode.running());
        log("old", "2026-01-01T00:00:01Z stdout F before\n");
        log("new", "2026-01-01T00:00:02Z stdout F one\n2026-01-01T00:00:03Z stdout F two\n");
        assertThat(node.get("/containerLogs/default/web/app").body()).isEqualTo("one\ntwo\n");
        assertThat(node.get("/containerLogs/default/web/app?tailLines=1&timestamps=true")
                        .body())
                .isEqualTo("2026-01-01T00:00:03Z two\n");
        assertThat(node.get("/containerLogs/default/web/app?previous=true").body())
                .isEqualTo("before\n");
    }

    @Test
    void previousIsTheOneThatCrashedWhileTheNextOneWaits() throws Exception {
        node.add("old", "app", TestNode.exited(1));
        log("old", "2026-01-01T00:00:01Z stdout F before\n");
        assertThat(node.get("/containerLogs/default/web/app?previous=true").statusCode())
                .isEqualTo(400);
        node.pod = TestNode.pod("""
                status: {containerStatuses: [{name: app, state: {waiting: {reason: CrashLoopBackOff}}}]}
                """);
        assertThat(node.get("/containerLogs/default/web/app?previous=true").body())
                .isEqualTo("before\n");
    }

    @Test
    void saysWhyThereIsNoLog() throws Exception {
        assertThat(message("/containerLogs/default/nix/app")).isEqualTo("404 pod \"nix\" does not exist");
        assertThat(message("/containerLogs/default/web/nix"))
                .isEqualTo("404 container \"nix\" not found in pod \"web\"");
        assertThat(message("/containerLogs/default/web/app?tailLines=-1"))
                .isEqualTo("422 PodLogOptions \"web\" is invalid: tailLines: Invalid value: -1: must be greater than or"
                        + " equal to 0");
        assertThat(message("/containerLogs/default/web/app?previous=true"))
                .isEqualTo("400 previous terminated container \"app\" in pod \"web\" not found");
        node.pod = TestNode.pod("""
                status: {containerStatuses: [{name: app, state: {waiting: {reason: ImagePullBackOff}}}]}
                """);
        assertThat(message("/containerLogs/default/web/app"))
                .isEqualTo(
                        "400 container \"app\" in pod \"web\" is waiting to start: trying and failing to pull image");
    }

    private String message(String path) throws Exception {
        HttpResponse<String> answer = node.get(path);
        return answer.statusCode() + " " + Json.decodeMap(answer.body()).string("message");
    }

    @Test
    void followsLogsUntilTheContainerEnds() throws Exception {
        node.add("new", "app", TestNode.running());
        log("new", "2026-01-01T00:00:02Z stdout F one\n");
        CompletableFuture<HttpResponse<java.io.InputStream>> answer = node.client.sendAsync(
                HttpRequest.newBuilder(node.uri("https", "/containerLogs/default/web/app?follow=true"))
                        .build(),
                HttpResponse.BodyHandlers.ofInputStream());
        try (var in = answer.get(60, TimeUnit.SECONDS).body()) {
            assertThat(new String(in.readNBytes(4), StandardCharsets.UTF_8)).isEqualTo("one\n");
            Files.writeString(
                    directory.resolve("new.log"),
                    "2026-01-01T00:00:03Z stdout F two\n",
                    java.nio.file.StandardOpenOption.APPEND);
            assertThat(new String(in.readNBytes(4), StandardCharsets.UTF_8)).isEqualTo("two\n");
            node.change("new", TestNode.exited(0));
            assertThat(in.readAllBytes()).isEmpty();
        }
    }

    @Test
    void givesLogsOverWebSockets() throws Exception {
        node.add("new", "app", TestNode.running());
        log("new", "2026-01-01T00:00:02Z stdout F one\n");
        TestSocket socket = TestSocket.open(node, "/containerLogs/default/web/app", "binary.k8s.io");
        socket.awaitClose();
        assertThat(socket.raw()).isEqualTo("one\n");
    }

    @Test
    void runsCommands() throws Exception {
        node.add("c", "app", TestNode.running());
        TestSocket socket = TestSocket.open(
                node,
                "/exec/default/web/app?command=sh&command=-c&command=cat;echo%20oops%20%3E%262;exit%203&input=1&output=1&error=1",
                "v5.channel.k8s.io");
        socket.send(0, "hello ");
        socket.send(0, "world\n");
        socket.send(255, "\0");
        socket.awaitClose();
        assertThat(socket.channel(1)).isEqualTo("hello world\n");
        assertThat(socket.channel(2)).isEqualTo("oops\n");
        assertThat(Json.decodeMap(socket.channel(3))).isEqualTo(Json.decodeMap("""
                {"metadata":{},"status":"Failure","message":"command terminated with non-zero exit code: exit status 3",
                 "reason":"NonZeroExitCode","details":{"causes":[{"reason":"ExitCode","message":"3"}]}}
                """));
    }

    @Test
    void speaksOldProtocols() throws Exception {
        node.add("c", "app", TestNode.running());
        String path = "/exec/default/web/app?command=echo&command=hi&output=1&error=1";
        TestSocket plain = TestSocket.open(node, path, "channel.k8s.io");
        plain.awaitClose();
        assertThat(plain.channel(1)).isEqualTo("hi\n");
        assertThat(plain.channel(3)).isEmpty();
        TestSocket text = TestSocket.open(node, path, "v4.base64.channel.k8s.io");
        text.awaitClose();
        assertThat(text.raw())
                .isEqualTo("11aGkK3"
                        + java.util.Base64.getEncoder()
                                .encodeToString(
                                        "{\"metadata\":{},\"status\":\"Success\"}".getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void resizesTerminals() throws Exception {
        node.add("c", "app", TestNode.running());
        TestSocket socket =
                TestSocket.open(node, "/attach/default/web/app?input=1&output=1&tty=1", "v4.channel.k8s.io");
        socket.send(4, "{\"Width\":80,\"Height\":24}");
        socket.send(0, "echoed\n");
        Conditions.await("an echo", () -> socket.channel(1).equals("echoed\n"));
        assertThat(node.runtime.lastSize).isEqualTo("80x24");
        socket.close();
        Conditions.await("the session to be closed", () -> node.runtime.sessionsClosed > 0);
    }

    @Test
    void passesOnMuchMoreThanIsBuffered() throws Exception {
        node.add("c", "app", TestNode.running());
        TestSocket socket = TestSocket.open(
                node,
                "/exec/default/web/app?command=head&command=-c&command=20000000&command=/dev/zero&output=1&error=1",
                "v5.channel.k8s.io");
        socket.awaitClose();
        assertThat(socket.size(1)).isEqualTo(20_000_000);
    }

    @Test
    void saysWhyACommandDoesNotRun() throws Exception {
        node.add("c", "app", TestNode.running());
        TestSocket socket =
                TestSocket.open(node, "/exec/default/web/app?command=/missing&output=1", "v5.channel.k8s.io");
        socket.awaitClose();
        assertThat(Json.decodeMap(socket.channel(3)).string("message"))
                .isEqualTo("Internal error occurred: error executing command in container: /missing: no such file or"
                        + " directory");
        assertThat(message("/exec/default/web/side?command=x&output=1"))
                .isEqualTo("404 container not found (\"side\")");
        assertThat(message("/exec/default/web/app?command=x&output=1"))
                .isEqualTo("400 unable to upgrade: missing upgrade headers in request");
    }
}
