package dev.proa.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.server.pki.Pki;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whoever has got hold of a pod's token keeps nobody else from being served. */
@Tag("hostile")
@ExtendWith(SharedCluster.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HostileClientUserTest {
    private static final Tls NOBODY = new Tls(null);
    private static final InetSocketAddress API = new InetSocketAddress("127.0.0.1", 6443);
    private static final String WANTED = "/api/v1/namespaces/default";

    /** What every service account may ask. */
    private static final String REVIEW = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";

    private static final int LARGE = 2_900_000;
    private static final Duration WATCHED = Duration.ofSeconds(1);
    private final TestCluster cluster;
    private final Tls administrator;
    private final String token;

    HostileClientUserTest(TestCluster cluster) {
        this.cluster = cluster;
        this.administrator = new Tls(
                Pki.open(cluster.directory().resolve("pki"), Instant::now).administrator());
        String namespace = cluster.newNamespace("hostile-user");
        this.token = cluster.kubectl("create", "token", "default", "-n", namespace)
                .ok()
                .text();
    }

    /** A body, how many send it at a time, and what is answered. */
    private record Case(String name, String type, int connections, String body) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static Stream<Case> cases() {
        StringBuilder doubling = new StringBuilder("a0: &a0 \"" + "x".repeat(100_000) + "\"\n");
        for (int i = 1; i < 18; i++) {
            doubling.append("a" + i + ": &a" + i + " [*a" + (i - 1) + ", *a" + (i - 1) + "]\n");
        }
        return Stream.of(
                new Case("YAML: an integer of a megabyte", "yaml", 8, "a: " + "9".repeat(1_000_000)),
                new Case("YAML: an octal integer of a megabyte", "yaml", 8, "a: 0o" + "7".repeat(1_000_000)),
                new Case("YAML: a comment of three megabytes", "yaml", 16, "#" + "x".repeat(LARGE) + "\na: 1\n"),
                new Case("YAML: a word of three megabytes", "yaml", 16, "a: " + "x".repeat(LARGE)),
                new Case("YAML: text that aliases double", "yaml", 16, doubling.toString()),
                new Case("YAML: long paths of repeated keys", "yaml", 4, nested()),
                new Case("JSON: a million numbers", "json", 24, "[" + "1,".repeat(LARGE / 2) + "1]"),
                new Case("JSON: half a million objects", "json", 24, "[" + "{\"a\":1.5},".repeat(LARGE / 10) + "1]"),
                new Case(
                        "JSON: the same field again and again",
                        "json",
                        16,
                        "{" + "\"a\":1,".repeat(LARGE / 6) + "\"a\":1}"));
    }

    /** Maps in maps with keys of two kilobytes, and in the innermost a hundred thousand items. */
    private static String nested() {
        StringBuilder yaml = new StringBuilder();
        for (int i = 0; i < 500; i++) {
            yaml.append("{").append("k".repeat(2_000)).append(i).append(": ");
        }
        yaml.append("[").append("1,".repeat(100_000)).append("1]").append("}".repeat(500));
        return yaml.toString();
    }

    private String head(String type, int length) {
        return "POST " + REVIEW + " HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer " + token
                + "\r\nContent-Type: application/" + type + "\r\nContent-Length: " + length + "\r\n\r\n";
    }

    @ParameterizedTest
    @MethodSource("cases")
    void bodiesKeepNobodyElseFromBeingServed(Case attack) throws IOException, InterruptedException {
        Queue<String> answers = new ConcurrentLinkedQueue<>();
        Queue<Double> seconds = new ConcurrentLinkedQueue<>();
        try (Attack running = new Attack(cluster, API)) {
            running.tls(NOBODY, attack.connections(), socket -> {
                byte[] body = attack.body().getBytes(StandardCharsets.US_ASCII);
                long start = System.nanoTime();
                Attack.send(socket, head(attack.type(), body.length));
                socket.getOutputStream().write(body);
                answers.add(status(socket));
                seconds.add((System.nanoTime() - start) / 1e9);
                socket.close();
            });
            HonestClient.Waits waits = HonestClient.ask(cluster, API, administrator, WANTED, WATCHED);
            Await.until(
                    "all are answered", Duration.ofSeconds(60), running::ended, ended -> ended == attack.connections());
            System.out.println("honest client, " + attack + ": " + waits + "; attackers were answered " + answers
                    + " in up to " + seconds.stream().max(Double::compare).orElse(Double.NaN) + " s");
            assertServed(waits);
        }
        assertThat(answers).hasSize(attack.connections()).allMatch(status -> status.startsWith("4"));
    }

    private static String status(Socket socket) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = socket.getInputStream().read();
                c >= 0 && c != '\n';
                c = socket.getInputStream().read()) {
            line.append((char) c);
        }
        String[] words = line.toString().split(" ");
        return words.length > 1 ? words[1] : "none";
    }

    private static void assertServed(HonestClient.Waits waits) {
        assertThat(waits.failed()).as("%s", waits).isZero();
        assertThat(waits.answered()).as("%s", waits).isNotEmpty();
    }

    @Test
    void bodiesThatDripKeepNobodyElseFromBeingServed() throws IOException, InterruptedException {
        try (Attack running = new Attack(cluster, API)) {
            running.tls(NOBODY, 100, socket -> {
                Attack.send(socket, head("json", LARGE));
                for (int i = 0; i < 60 && !running.isOver(); i++) {
                    Attack.send(socket, " ".repeat(10_000));
                    LockSupport.parkNanos(Duration.ofMillis(200).toNanos());
                }
            });
            HonestClient.Waits waits = HonestClient.ask(cluster, API, administrator, WANTED, WATCHED);
            System.out.println("honest client, bodies of users that drip: " + waits);
            assertServed(waits);
        }
    }

    @Test
    void wrongTokensKeepNobodyElseFromBeingServed() throws IOException, InterruptedException {
        try (Attack running = new Attack(cluster, API)) {
            running.tls(NOBODY, 30, socket -> {
                for (int i = 0; i < 10_000 && !running.isOver(); i++) {
                    String wrong = token.substring(0, token.length() - 6) + (100_000 + i);
                    Attack.send(
                            socket, "GET /version HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer " + wrong + "\r\n\r\n");
                    socket.getInputStream().read(new byte[4096]);
                }
            });
            HonestClient.Waits waits = HonestClient.ask(cluster, API, administrator, WANTED, WATCHED);
            System.out.println("honest client, wrong tokens: " + waits);
            assertServed(waits);
        }
    }

    /** Of a user who may watch: what a compromised component of the cluster can do. */
    @Test
    void watchesOfOneUserLeaveRoomForOthers() throws IOException, InterruptedException {
        Tls proxy = new Tls(Pki.open(cluster.directory().resolve("pki"), Instant::now)
                .client("hostile-proxy", "system:kube-proxy", java.util.List.of()));
        Queue<String> answers = new ConcurrentLinkedQueue<>();
        try (Attack running = new Attack(cluster, API)) {
            running.tls(
                    proxy,
                    10,
                    socket -> {
                        Http2.send(socket, Http2.preface());
                        Http2.send(
                                socket,
                                Http2.frame(Http2.WINDOW_UPDATE, 0, 0, (byte) 0x0f, (byte) 0, (byte) 0, (byte) 0));
                        for (int i = 0; i < 1_000; i++) {
                            Http2.send(socket, Http2.watch(2 * i + 1, "/api/v1/services?watch=1&resourceVersion=0"));
                        }
                        answers.addAll(Http2.statuses(socket, 1_000));
                    },
                    "h2");
            Await.until(
                    "all are answered",
                    () -> answers.size() + " of the watches, " + running.ended() + " connections ended",
                    "10000 of the watches, 0 connections ended"::equals);
            HonestClient.Waits waits = HonestClient.ask(cluster, API, administrator, WANTED, WATCHED);
            long refused = answers.stream().filter("429"::equals).count();
            System.out.println("honest client, 10,000 watches of one user, " + refused + " refused: " + waits);
            assertServed(waits);
            assertThat(refused).isBetween(5_000L, 9_900L);
            try (SSLSocket other = watch()) {
                assertThat(status(other)).isEqualTo("200");
            }
        }
    }

    private SSLSocket watch() throws IOException {
        Socket plain = cluster.inside(() -> new Socket(API.getAddress(), API.getPort()));
        SSLSocket socket = administrator.over(plain, "http/1.1");
        socket.setSoTimeout(30_000);
        Attack.send(socket, "GET /api/v1/pods?watch=1 HTTP/1.1\r\nHost: a\r\n\r\n");
        return socket;
    }
}
