package dev.proa.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.server.pki.Pki;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Pods and clients that try to stop what runs on their node, or the control plane beside it. */
@Tag("hostile")
@ExtendWith(SharedCluster.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HostileClientNodeTest {
    private static final int CONNECTIONS = 600;
    private static final int TLS_CONNECTIONS = 150;
    private static final int REQUESTS = 100;
    private static final InetSocketAddress API = new InetSocketAddress("127.0.0.1", 6443);

    private final TestCluster cluster;
    private final String namespace;
    private final InetSocketAddress kubelet;
    private final List<Socket> opened = new ArrayList<>();

    @TempDir
    private Path directory;

    HostileClientNodeTest(TestCluster cluster) {
        this.cluster = cluster;
        this.namespace = cluster.newNamespace("hostile-node");
        this.kubelet = new InetSocketAddress(
                nodeField("{.status.addresses[?(@.type=='InternalIP')].address}"),
                Integer.parseInt(nodeField("{.status.daemonEndpoints.kubeletEndpoint.Port}")));
    }

    private String nodeField(String path) {
        return cluster.kubectl("get", "nodes", "-o", "jsonpath={.items[0]" + path.substring(1))
                .ok()
                .text();
    }

    private Run kubectl(String... arguments) {
        return cluster.kubectl(Arguments.in(namespace, arguments)).ok();
    }

    @AfterEach
    void closeAll() throws IOException {
        for (Socket socket : opened) {
            socket.close();
        }
    }

    private Tls administrator() throws IOException {
        Path copy = Files.createTempDirectory(directory, "pki");
        for (String file : List.of("ca.crt", "ca.key")) {
            Files.copy(cluster.directory().resolve("pki").resolve(file), copy.resolve(file));
        }
        return new Tls(Pki.open(copy, Instant::now).administrator());
    }

    /** Asks the API server steadily, over new connections; milliseconds of each answer, the shortest first. */
    private List<Long> answerTimes(Tls client) throws IOException {
        List<Long> times = new ArrayList<>();
        for (int i = 0; i < REQUESTS; i++) {
            long begin = System.nanoTime();
            assertThat(client.status(cluster, API, "GET", "/api/v1/namespaces/" + namespace + "/pods"))
                    .isEqualTo(200);
            times.add((System.nanoTime() - begin) / 1_000_000);
            LockSupport.parkNanos(50_000_000);
        }
        times.sort(null);
        return times;
    }

    private static String describe(List<Long> times) {
        return "p50 " + times.get(REQUESTS / 2) + " ms, p99 " + times.get(REQUESTS * 99 / 100 - 1) + " ms, max "
                + times.getLast() + " ms";
    }

    /** Signals stop what is to become a probe's command after it is in the container and before it is executed. */
    @Test
    void probesThatNeverBeginDoNotStopTheControlPlane() throws Exception {
        Tls client = administrator();
        String probe = """
                      %s:
                        exec: {command: ["true"]}
                        periodSeconds: 1
                        timeoutSeconds: 1
                        failureThreshold: 1000
                """;
        for (int i = 0; i < 3; i++) {
            String pod = Manifests.pod("stops-" + i, "while :; do kill -STOP -1; usleep 1000; done")
                    + probe.formatted("readinessProbe")
                    + probe.formatted("livenessProbe");
            cluster.kubectlWithInput(pod, "apply", "-n", namespace, "-f", "-").ok();
        }
        Await.until(
                "a probe has failed",
                () -> cluster.kubectl("get", "events", "-n", namespace, "-o", "jsonpath={.items[*].message}")
                        .text(),
                text -> text.contains("timed out"));
        List<Long> during = answerTimes(client);
        System.out.println("Answers of the API server while probes are stopped: " + describe(during));
        assertThat(during.getLast()).isLessThan(5_000);
        kubectl("delete", "pods", "--all", "--wait=true", "--timeout=60s");
    }

    private Socket connect(InetSocketAddress server) throws IOException {
        return cluster.reaching(server.getHostString(), () -> {
            Socket socket = new Socket();
            socket.connect(server, 5_000);
            return socket;
        });
    }

    private long descriptors() throws IOException {
        try (Stream<Path> all = Files.list(Path.of("/proc/" + cluster.server().pid() + "/fd"))) {
            return all.count();
        }
    }

    private static boolean closed(Socket socket) {
        try {
            socket.setSoTimeout(1);
            return socket.getInputStream().read() < 0;
        } catch (SocketTimeoutException e) {
            return false;
        } catch (IOException e) {
            return true;
        }
    }

    private void flood(InetSocketAddress server) throws IOException {
        for (int i = 0; i < CONNECTIONS; i++) {
            opened.add(connect(server));
        }
    }

    private void allAreClosed() {
        Await.until(
                "the idle connections are closed",
                Duration.ofSeconds(25),
                () -> opened.stream().filter(socket -> !closed(socket)).count(),
                count -> count == 0);
    }

    /** Both servers at once, since both are waited for. */
    @Test
    void idleConnectionsToTheKubeletAndTheDnsServerTakeNoRoom() throws Exception {
        cluster.kubectlWithInput(
                        Manifests.pod("says", "echo hello; exec sleep 100000"), "apply", "-n", namespace, "-f", "-")
                .ok();
        kubectl("wait", "pod/says", "--for=condition=Ready", "--timeout=60s");
        InetSocketAddress dns = new InetSocketAddress("10.244.0.1", 53);
        long before = descriptors();
        Tls nobody = new Tls(null);
        for (int i = 0; i < TLS_CONNECTIONS; i++) {
            opened.add(nobody.connect(cluster, kubelet));
        }
        flood(kubelet);
        flood(dns);
        for (int i = 0; i < 20; i++) {
            assertThat(answers(dns)).isPositive();
        }
        assertThat(kubectl("logs", "says").text()).isEqualTo("hello");
        assertThat(kubectl("exec", "says", "--", "echo", "served").text()).isEqualTo("served");
        Await.until("few are left open", this::descriptors, count -> count < before + 250);
        allAreClosed();
    }

    /** How many records the DNS server has, by TCP, of the API server's name. */
    private int answers(InetSocketAddress dns) throws IOException {
        ByteBuffer query = ByteBuffer.allocate(512);
        query.putShort((short) 7).putShort((short) 0x100).putShort((short) 1);
        query.putShort((short) 0).putInt(0);
        for (String label : List.of("kubernetes", "default", "svc", "cluster", "local")) {
            query.put((byte) label.length()).put(label.getBytes(StandardCharsets.US_ASCII));
        }
        query.put((byte) 0).putShort((short) 1).putShort((short) 1).flip();
        try (Socket socket = connect(dns)) {
            socket.setSoTimeout(5_000);
            ByteBuffer framed = ByteBuffer.allocate(query.remaining() + 2);
            framed.putShort((short) query.remaining()).put(query);
            socket.getOutputStream().write(framed.array());
            DataInputStream in = new DataInputStream(socket.getInputStream());
            byte[] answer = new byte[in.readUnsignedShort()];
            in.readFully(answer);
            return ByteBuffer.wrap(answer).getShort(6);
        }
    }
}
