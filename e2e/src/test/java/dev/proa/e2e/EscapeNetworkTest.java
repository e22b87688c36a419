package dev.proa.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.image.Reference;
import dev.proa.image.build.HostImageBuilder;
import dev.proa.node.linux.Sockets;
import dev.proa.node.linux.SyscallProgram;
import dev.proa.node.linux.SystemCall;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.Inet4Address;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Pods that take over ports and send in the name of others, and a stranger on the network of the cluster's machine. */
@ExtendWith(SharedCluster.class)
@Tag("escape")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EscapeNetworkTest {
    private static final Path FORWARD = Path.of("/proc/sys/net/ipv4/ip_forward");
    /** A question for the address of {@code kubernetes.default.svc.cluster.local}. */
    private static final byte[] QUESTION = question("kubernetes", "default", "svc", "cluster", "local");

    private final TestCluster cluster;
    private final String namespace;

    @TempDir
    private Path directory;

    EscapeNetworkTest(TestCluster cluster) {
        this.cluster = cluster;
        this.namespace = cluster.newNamespace("network-attacks");
    }

    private Run kubectl(String... arguments) {
        return cluster.kubectl(Arguments.in(namespace, arguments)).ok();
    }

    private static void deploy(TestCluster cluster, String namespace) {
        cluster.kubectlWithInput(Manifests.web("web", 1), "apply", "-n", namespace, "-f", "-")
                .ok();
        cluster.kubectl("patch", "service", "web", "-n", namespace, "-p", "{\"spec\": {\"type\": \"NodePort\"}}")
                .ok();
        cluster.kubectl("rollout", "status", "deployment/web", "-n", namespace, "--timeout=60s")
                .ok();
    }

    @BeforeAll
    void deploy() {
        deploy(cluster, namespace);
    }

    private static String get(TestCluster cluster, String namespace, String what, String path) {
        return cluster.kubectl("get", what, "-n", namespace, "-o", "jsonpath={" + path + "}")
                .ok()
                .text();
    }

    /** A pod that wants a port of the node, with a web server behind it. */
    private static String taker(String name, String protocol, int port, String address, String more) {
        return Manifests.pod(name, "echo taken > index.html; exec httpd -f -p 8080")
                .replace("spec:\n", "spec:\n" + more)
                .replace(
                        "      image:",
                        "      workingDir: /tmp\n      ports: [{containerPort: 8080, protocol: " + protocol
                                + ", hostPort: " + port + ", hostIP: \"" + address + "\"}]\n      image:");
    }

    private void apply(String manifest) {
        cluster.kubectlWithInput(manifest, "apply", "-n", namespace, "-f", "-").ok();
    }

    @Test
    void whatTheServerListensOnIsNoHostPort() throws IOException {
        String node = "  nodeName: " + get(cluster, namespace, "nodes", ".items[0].metadata.name") + "\n";
        String nodeAddress = get(cluster, namespace, "nodes", ".items[0].status.addresses[0].address");
        Map<String, String> takers = new TreeMap<>();
        Set<String> ports = new TreeSet<>();
        for (String socket : ListeningSockets.of(cluster)) {
            // Sockets by which it asks other servers for names are there for a moment only, on no particular address.
            if (socket.contains(" " + nodeAddress + ":") || socket.contains(" 10.244.0.1:")) {
                String protocol = socket.startsWith("tcp") ? "TCP" : "UDP";
                int port = Integer.parseInt(socket.substring(socket.lastIndexOf(':') + 1));
                ports.add(protocol + port);
                for (String address : List.of("0.0.0.0", "127.0.0.1", nodeAddress)) {
                    String name = "taker-" + protocol.toLowerCase(Locale.ROOT) + "-" + port + "-" + address;
                    takers.put(name, taker(name, protocol, port, address, node));
                }
            }
        }
        assertThat(ports).containsExactly("TCP10250", "TCP53", "UDP53");

        apply(String.join("---\n", takers.values())
                .replace("kind: Pod\nmetadata:\n", "kind: Pod\nmetadata:\n  labels: {app: taker}\n"));

        String refused =
                "Failed NodePorts Pod was rejected: Predicate NodePorts failed: node(s) didn't have free ports for the requested pod ports\n";
        Await.until(
                "the kubelet has refused all pods",
                () -> kubectl(
                                "get",
                                "pods",
                                "-l",
                                "app=taker",
                                "-o",
                                "jsonpath={range .items[*]}{.status.phase} {.status.reason} {.status.message}{'\\n'}{end}")
                        .out(),
                refused.repeat(takers.size())::equals);
        kubectl("delete", "pods", "-l", "app=taker");
    }

    @Test
    void theSchedulerFindsNoNodeForSuchAPort() {
        apply(taker("unplaced", "TCP", 10250, "", ""));

        Await.until(
                "the scheduler has said so",
                () -> kubectl(
                                "get",
                                "events",
                                "--field-selector=involvedObject.name=unplaced",
                                "-o",
                                "jsonpath={..message}")
                        .text(),
                text -> text.contains(
                        "0/1 nodes are available: 1 node(s) didn't have free ports for the requested pod ports."));
        kubectl("delete", "pod", "unplaced");
    }

    @Test
    void aForeignSourceAddressDoesNotLeaveAPod() throws IOException {
        Path program = directory.resolve("spoof");
        Files.write(program, spoof("192.0.2.1", Stranger.ADDRESS, 7000));
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
        HostImageBuilder.busybox(Path.of("/bin/busybox"))
                .copy(program)
                .build(cluster.images(), Reference.parse("spoof:e2e"));
        try (Stranger stranger = Stranger.beside(cluster);
                DatagramSocket socket = stranger.listen(7000)) {
            apply(Manifests.pod("spoof", program + "; echo ended with $?").replace(TestCluster.BUSYBOX, "spoof:e2e"));

            assertThat(Await.until(
                            "it has ended",
                            () -> cluster.kubectl("logs", "spoof", "-n", namespace)
                                    .text(),
                            text -> !text.isEmpty()))
                    .isEqualTo("ended with 0");
            assertThat(Stranger.arrived(socket, "last")).containsExactly(Stranger.MACHINE + " last");
        }
    }

    @Test
    void aStrangerReachesNothingOfAClusterThatIsNotExposed() throws IOException {
        try (Stranger stranger = Stranger.beside(cluster)) {
            assertThat(reached(cluster, namespace, stranger)).isEmpty();
        }
    }

    @Test
    void aStrangerReachesOnlyNodePortsOfAnExposedCluster() throws Exception {
        try (TestCluster exposed = TestCluster.start("exposed", "--expose")) {
            exposed.newNamespace("web");
            deploy(exposed, "web");
            try (Stranger stranger = Stranger.beside(exposed)) {
                assertThat(reached(exposed, "web", stranger)).containsExactly("node port");
            }

            assertThat(exposed.inside(() -> Files.readString(FORWARD)).strip()).isEqualTo("1");
            exposed.kill();
            exposed.proa("down").ok();
            assertThat(exposed.inside(() -> Files.readString(FORWARD)).strip())
                    .as("whether the machine forwards packets after the cluster's end, as it did not before")
                    .isEqualTo("0");
        }
    }

    /** What a stranger reaches of a cluster with service {@code web}, after making sure that it reaches the machine at all. */
    private static List<String> reached(TestCluster cluster, String namespace, Stranger stranger) throws IOException {
        try (ServerSocket server = cluster.inside(() -> new ServerSocket(7001))) {
            assertThat(stranger.reaches(Stranger.MACHINE, server.getLocalPort()))
                    .isTrue();
        }
        String node = get(cluster, namespace, "nodes", ".items[0].status.addresses[0].address");
        String kubelet = get(cluster, namespace, "nodes", ".items[0].status.daemonEndpoints.kubeletEndpoint.Port");
        int nodePort = Integer.parseInt(get(cluster, namespace, "service/web", ".spec.ports[0].nodePort"));
        List<String> reached = new ArrayList<>();
        note(reached, "pod", stranger.reaches(podAddress(cluster, namespace), 8080));
        note(reached, "service", stranger.reaches(get(cluster, namespace, "service/web", ".spec.clusterIP"), 80));
        note(reached, "API", stranger.reaches("10.90.0.1", 6443));
        note(reached, "API by its service", stranger.reaches("10.96.0.1", 443));
        note(reached, "API by the machine's address", stranger.reaches(Stranger.MACHINE, 6443));
        note(reached, "kubelet", stranger.reaches(node, Integer.parseInt(kubelet)));
        note(reached, "DNS", stranger.isAnswered("10.244.0.1", 53, QUESTION));
        note(reached, "DNS by its service", stranger.isAnswered("10.96.0.10", 53, QUESTION));
        note(reached, "node port by the cluster's address", stranger.reaches(node, nodePort));
        note(reached, "node port", stranger.reaches(Stranger.MACHINE, nodePort));
        return reached;
    }

    private static String podAddress(TestCluster cluster, String namespace) {
        return cluster.kubectl(
                        "get", "pods", "-n", namespace, "-l", "app=web", "-o", "jsonpath={.items[0].status.podIP}")
                .ok()
                .text();
    }

    private static void note(List<String> reached, String what, boolean is) {
        if (is) {
            reached.add(what);
        }
    }

    /** A program that sends a datagram with a made-up source address and then one like everybody else's; 0 if it could. */
    private static byte[] spoof(String source, String destination, int port) {
        byte[] text = "spoofed".getBytes(StandardCharsets.US_ASCII);
        ByteBuffer packet = ByteBuffer.allocate(28 + text.length);
        packet.putShort((short) 0x4500).putShort((short) packet.capacity()).putInt(0);
        packet.put((byte) 64).put((byte) 17).putShort((short) 0); // the kernel fills in the checksum
        packet.put(Inet4Address.ofLiteral(source).getAddress());
        packet.put(Inet4Address.ofLiteral(destination).getAddress());
        packet.putShort((short) 40_000).putShort((short) port).putShort((short) (8 + text.length));
        packet.putShort((short) 0).put(text);
        byte[] address = new byte[16];
        ByteBuffer.wrap(address).order(ByteOrder.nativeOrder()).putShort((short) Sockets.AF_INET);
        ByteBuffer.wrap(address, 2, 14)
                .putShort((short) port)
                .put(Inet4Address.ofLiteral(destination).getAddress());

        SyscallProgram program = new SyscallProgram();
        SyscallProgram.Label failed = new SyscallProgram.Label();
        program.failure(failed);
        send(program, Sockets.SOCK_RAW, 255, packet.array(), address);
        send(program, Sockets.SOCK_DGRAM, 0, "last".getBytes(StandardCharsets.US_ASCII), address);
        program.step("succeed", SystemCall.EXIT_GROUP, 0);
        program.at(failed);
        program.step("fail", SystemCall.EXIT_GROUP, 1);
        return program.toExecutable();
    }

    private static void send(SyscallProgram program, int type, int protocol, byte[] message, byte[] address) {
        SyscallProgram.Step open = program.step("open", SystemCall.SOCKET, Sockets.AF_INET, type, protocol);
        long data = program.bytes(message);
        long to = program.bytes(address);
        open.into(program.step("send", SystemCall.SENDTO, 0, data, message.length, 0, to, address.length), 0);
    }

    private static byte[] question(String... labels) {
        ByteBuffer message = ByteBuffer.allocate(512);
        message.putShort((short) 1)
                .putShort((short) 0x100)
                .putShort((short) 1)
                .putShort((short) 0)
                .putInt(0);
        for (String label : labels) {
            message.put((byte) label.length()).put(label.getBytes(StandardCharsets.US_ASCII));
        }
        message.put((byte) 0).putShort((short) 1).putShort((short) 1);
        return Arrays.copyOf(message.array(), message.position());
    }
}
