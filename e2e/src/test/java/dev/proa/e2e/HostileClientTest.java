package dev.proa.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.proa.server.pki.Pki;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whoever reaches the API server and has no credential keeps nobody from being served who has one. */
@Tag("hostile")
@ExtendWith(SharedCluster.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HostileClientTest {
    private static final Tls NOBODY = new Tls(null);
    private static final InetSocketAddress API = new InetSocketAddress("127.0.0.1", 6443);
    private static final String WANTED = "/api/v1/namespaces/default";

    /** How long honest clients are watched during an attack. */
    private static final Duration WATCHED = Duration.ofSeconds(1);

    private final TestCluster cluster;
    private final Tls administrator;
    private final Map<Attack, Integer> attacks = new LinkedHashMap<>();

    HostileClientTest(TestCluster cluster) {
        this.cluster = cluster;
        this.administrator = new Tls(
                Pki.open(cluster.directory().resolve("pki"), Instant::now).administrator());
    }

    @BeforeAll
    void warmUp() throws InterruptedException {
        honest();
        System.out.println("honest client, no attack: " + honest());
    }

    private HonestClient.Waits honest() throws InterruptedException {
        return HonestClient.ask(cluster, API, administrator, WANTED, WATCHED);
    }

    /** What strangers do, on how many connections. */
    private record Case(String name, int connections, Attack.Hostile hostile, String... protocols) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static Case case1(String name, int connections, Attack.Hostile hostile) {
        return new Case(name, connections, hostile, "http/1.1");
    }

    private static Case case2(String name, int connections, Attack.Hostile hostile) {
        return new Case(
                name,
                connections,
                socket -> {
                    Http2.send(socket, Http2.preface());
                    hostile.act(socket);
                },
                "h2");
    }

    private static Stream<Case> cases() {
        return Stream.of(
                case1("unfinished heads of 160,000 headers", 52, socket -> {
                    Attack.send(socket, "GET / HTTP/1.1\r\n");
                    for (int i = 0; i < 160; i++) {
                        Attack.send(socket, "a:b\r\n".repeat(1_000));
                    }
                }),
                case1("heads that drip", 400, socket -> {
                    Attack.send(socket, "GET / HTTP/1.1\r\n" + "a:b\r\n".repeat(150));
                    drip(socket, "x");
                }),
                case1("a request and an unfinished head in one piece", 300, socket -> {
                    Attack.send(
                            socket,
                            "GET /version HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\n" + "a:b\r\n".repeat(3_000));
                }),
                case1("trailers without end", 200, socket -> {
                    Attack.send(
                            socket,
                            "POST /api/v1/namespaces HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n");
                    for (int i = 0; i < 60; i++) {
                        Attack.send(socket, "a:b\r\n".repeat(200));
                    }
                }),
                case1("bodies that drip", 300, socket -> {
                    Attack.send(
                            socket, "POST /api/v1/namespaces HTTP/1.1\r\nHost: a\r\nContent-Length: 3000000\r\n\r\n");
                    drip(socket, "x");
                }),
                case1("pipelined requests whose answers nobody reads", 50, socket -> {
                    for (int i = 0; i < 200; i++) {
                        Attack.send(socket, "GET /version HTTP/1.1\r\nHost: a\r\n\r\n".repeat(100));
                    }
                    drip(socket, "GET /version HTTP/1.1\r\nHost: a\r\n\r\n");
                }),
                case1("nothing after the handshake", 700, socket -> {}),
                case2("HTTP/2: headers that go on for ever", 100, socket -> {
                    Http2.send(socket, Http2.begun(1));
                    for (int i = 0; i < 2_000; i++) {
                        Http2.send(socket, Http2.frame(Http2.CONTINUATION, 0, 1, Http2.headers(10, 100)));
                    }
                }),
                case2("HTTP/2: requests that are reset", 30, socket -> {
                    for (int i = 0; i < 3_000; i++) {
                        Http2.send(socket, Http2.join(Http2.get(2 * i + 1), Http2.reset(2 * i + 1)));
                    }
                }),
                case2("HTTP/2: pings and settings whose acknowledgements nobody reads", 30, socket -> {
                    byte[] flood =
                            Http2.join(Http2.frame(Http2.PING, 0, 0, new byte[8]), Http2.frame(Http2.SETTINGS, 0, 0));
                    for (int i = 0; i < 100_000; i++) {
                        Http2.send(socket, flood);
                    }
                }),
                case2("HTTP/2: a thousand streams of two hundred headers", 50, socket -> {
                    for (int i = 0; i < 1_000; i++) {
                        byte[] block =
                                Http2.join(new byte[] {(byte) 0x83, (byte) 0x87, (byte) 0x84}, Http2.headers(150, 60));
                        Http2.send(socket, Http2.frame(Http2.HEADERS, Http2.END_HEADERS, 2 * i + 1, block));
                    }
                }));
    }

    private static void drip(Socket socket, String drop) throws IOException {
        for (int i = 0; i < 60; i++) {
            LockSupport.parkNanos(Duration.ofSeconds(1).toNanos());
            if (Thread.currentThread().isInterrupted()) {
                return;
            }
            Attack.send(socket, drop);
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void strangersKeepNobodyFromBeingServed(Case attack) throws IOException, InterruptedException {
        Attack running = new Attack(cluster, API);
        attacks.put(running, attack.connections());
        running.tls(NOBODY, attack.connections(), attack.hostile(), attack.protocols());
        HonestClient.Waits waits = honest();
        System.out.println("honest client, " + attack + ": " + waits);
        assertServed(waits);
    }

    /** All at the end: it takes some seconds. */
    @AfterAll
    void hostileConnectionsAreClosed() throws IOException {
        try {
            attacks.forEach(HostileClientTest::assertEnds);
        } finally {
            for (Attack attack : attacks.keySet()) {
                attack.close();
            }
        }
    }

    private static void assertServed(HonestClient.Waits waits) {
        assertThat(waits.failed()).as("%s", waits).isZero();
        assertThat(waits.answered()).as("%s", waits).isNotEmpty();
    }

    private static void assertEnds(Attack running, int connections) {
        Await.until(
                "the hostile connections are closed",
                Duration.ofSeconds(20),
                running::ended,
                ended -> ended >= connections);
    }

    @Test
    void handshakesThatDoNotEndKeepNobodyFromBeingServed() throws IOException, InterruptedException {
        Attack running = new Attack(cluster, API);
        attacks.put(running, 1_200);
        // the record layer's head of a handshake of 512 bytes, of which nothing follows
        running.connections(1_200, socket -> Attack.send(socket, "\u0016\u0003\u0001\u0002\u0000"));
        HonestClient.Waits waits = honest();
        System.out.println("honest client, handshakes that do not end: " + waits);
        assertServed(waits);
    }

    @Test
    void connectionsThatComeAndGoKeepNobodyFromBeingServed() throws IOException, InterruptedException {
        Thread flood = Thread.ofPlatform().start(() -> {
            try {
                for (int i = 0; i < 20 && !Thread.interrupted(); i++) {
                    try (Attack running = new Attack(cluster, API)) {
                        running.connections(200, socket -> {});
                        LockSupport.parkNanos(Duration.ofMillis(100).toNanos());
                    }
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        HonestClient.Waits waits = honest();
        flood.interrupt();
        flood.join();
        System.out.println("honest client, connections that come and go: " + waits);
        assertServed(waits);
    }

    @Test
    void runsOutOfDescriptorsAndRecovers() throws IOException, InterruptedException {
        assumeTrue(Tools.present("prlimit"), "needs the program prlimit (package util-linux)");
        long open = descriptors();
        String before = limits("--nofile", "--noheadings", "--output=SOFT").strip();
        long limit = open + 20;
        limits("--nofile=" + limit + ":");
        try (Attack running = new Attack(cluster, API)) {
            running.connections(300, socket -> {});
            Await.until("there is no descriptor left", this::descriptors, count -> count >= limit - 2);
            assertEnds(running, 20); // those that were accepted
        } finally {
            limits("--nofile=" + before + ":");
        }
        Await.until(
                "it serves again",
                this::honest,
                waits -> waits.failed() == 0 && !waits.answered().isEmpty());
    }

    private long descriptors() throws IOException {
        try (Stream<Path> open = Files.list(Path.of("/proc/" + cluster.server().pid() + "/fd"))) {
            return open.count();
        }
    }

    private String limits(String... arguments) {
        List<String> command = new java.util.ArrayList<>(
                List.of("prlimit", "--pid", Long.toString(cluster.server().pid())));
        command.addAll(List.of(arguments));
        return Run.of(command, Map.of(), "").ok().out();
    }
}
