package dev.proa.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.server.auth.UserInfo;
import dev.proa.server.pki.CertificateAndKey;
import dev.proa.server.pki.Pki;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What a running cluster shows to people on its machine and its network who have no business with it. */
@ExtendWith(SharedCluster.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SecurityTest {
    private static final Tls NOBODY = new Tls(null);
    /** The machine's address on the cluster's network, by which pods reach the API server. */
    private static final String POD_API = "10.90.0.1";

    private static final InetSocketAddress GIT = new InetSocketAddress("127.0.0.1", 6480);

    private static final Set<PosixFilePermission> OWNERS = PosixFilePermissions.fromString("rwx------");

    private final TestCluster cluster;
    private final String namespace;
    private final String node;
    private final InetSocketAddress api = new InetSocketAddress("127.0.0.1", 6443);
    private final InetSocketAddress kubelet;
    private String pod = "";

    @TempDir
    private Path directory;

    SecurityTest(TestCluster cluster) {
        this.cluster = cluster;
        this.namespace = cluster.newNamespace("security");
        this.node = nodeField("{.metadata.name}");
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

    @BeforeAll
    void deploy() {
        cluster.kubectlWithInput(Manifests.web("web", 1), "apply", "-n", namespace, "-f", "-")
                .ok();
        kubectl("rollout", "status", "deployment/web", "--timeout=120s");
        pod = kubectl("get", "pods", "-o", "jsonpath={.items[0].metadata.name}").text();
    }

    /** The cluster's authority by another clock; what it signs is written elsewhere. */
    private Pki authority(Duration offset) throws IOException {
        Path copy = Files.createTempDirectory(directory, "pki");
        for (String file : List.of("ca.crt", "ca.key")) {
            Files.copy(cluster.directory().resolve("pki").resolve(file), copy.resolve(file));
        }
        return Pki.open(copy, () -> Instant.now().plus(offset));
    }

    private CertificateAndKey signed(String user, String... groups) throws IOException {
        return authority(Duration.ZERO).client("client", user, List.of(groups));
    }

    private List<Tls> impostors() throws IOException {
        return List.of(
                NOBODY,
                new Tls(Pki.open(directory.resolve("other"), Instant::now).administrator()),
                new Tls(authority(Duration.ofDays(-400))
                        .client("client", "kubernetes-admin", List.of(UserInfo.MASTERS))),
                new Tls(authority(Duration.ofDays(1)).client("client", "kubernetes-admin", List.of(UserInfo.MASTERS))),
                new Tls(authority(Duration.ZERO).server(List.of())));
    }

    /** Those that lead to nodes: the server keeps them from other programs, and nothing ever arrives at its sockets. */
    private List<String> publishedPorts() throws IOException {
        Path file = cluster.directory().resolve("network/ports");
        String address = cluster.nodePorts();
        return !Files.exists(file)
                ? List.of()
                : Files.readAllLines(file).stream()
                        .map(line -> line.split(" "))
                        .map(words -> words[0].toLowerCase(Locale.ROOT) + " " + address + ":" + words[1])
                        .toList();
    }

    @Test
    void opensNoPortThatItNeedNot() {
        // Sockets by which it asks other servers for names are there for a moment only.
        Await.until(
                "it listens on what is known and on nothing else",
                () -> {
                    Set<String> sockets = new TreeSet<>(ListeningSockets.of(cluster));
                    sockets.removeAll(publishedPorts());
                    return sockets;
                },
                Set.of(
                        "tcp 127.0.0.1:6443",
                        "tcp 127.0.0.1:5001",
                        "tcp " + GIT.getHostString() + ":" + GIT.getPort(),
                        "tcp " + POD_API + ":6443",
                        "tcp " + kubelet.getHostString() + ":10250",
                        "tcp 10.244.0.1:53",
                        "udp 10.244.0.1:53")::equals);
    }

    @Test
    void tellsStrangersNothing() throws IOException {
        for (InetSocketAddress address : List.of(api, new InetSocketAddress(POD_API, 6443))) {
            assertThat(NOBODY.status(cluster, address, "GET", "/readyz")).isEqualTo(200);
            assertThat(NOBODY.status(cluster, address, "GET", "/version")).isEqualTo(200);
            for (Tls impostor : impostors()) {
                for (String path :
                        List.of("/api", "/api/v1/secrets", "/metrics", "/api/v1/nodes/" + node + "/proxy/pods")) {
                    assertThat(impostor.status(cluster, address, "GET", path))
                            .as(path)
                            .isIn(401, 403);
                }
            }
        }
    }

    @Test
    void showsStrangersNoRepositories() throws IOException {
        for (String repository : List.of("default/hello", "kube-system/none")) {
            String path = "/" + repository + ".git/info/refs?service=git-upload-pack";
            assertThat(NOBODY.status(cluster, GIT, "GET", path)).as(path).isEqualTo(401);
        }
    }

    @Test
    void showsStrangersNoImages() throws IOException {
        InetSocketAddress registry = new InetSocketAddress("127.0.0.1", 5001);
        for (Tls impostor : impostors()) {
            for (String path : List.of(
                    "/v2/",
                    "/v2/library/busybox/tags/list?ns=docker.io",
                    "/v2/library/busybox/manifests/e2e?ns=docker.io")) {
                assertThat(impostor.status(cluster, registry, "GET", path))
                        .as(path)
                        .isEqualTo(401);
            }
            assertThat(impostor.status(cluster, registry, "POST", "/v2/app/blobs/uploads/"))
                    .isEqualTo(401);
        }
    }

    @Test
    void letsOnlyTheApiServerAskTheKubelet() throws IOException {
        List<String> paths = List.of(
                "/healthz",
                "/containerLogs/" + namespace + "/" + pod + "/web",
                "/exec/" + namespace + "/" + pod + "/web?command=id&output=1",
                "/attach/" + namespace + "/" + pod + "/web?output=1",
                "/portForward/" + namespace + "/" + pod,
                "/pods",
                "/nothing");
        List<Tls> known = List.of(
                new Tls(signed("jane")),
                new Tls(signed("system:node:" + node, "system:nodes")),
                new Tls(signed("system:kube-scheduler")));
        for (String path : paths) {
            for (Tls impostor : impostors()) {
                assertThat(impostor.status(cluster, kubelet, "GET", path))
                        .as(path)
                        .isEqualTo(401);
            }
            for (Tls other : known) {
                assertThat(other.status(cluster, kubelet, "GET", path)).as(path).isEqualTo(403);
            }
        }
        String token = kubectl("create", "token", "default").text();
        assertThat(NOBODY.status(cluster, kubelet, "GET", paths.get(1), "Authorization: Bearer " + token))
                .as("a token is authenticated by the API server, and its user has no right to the kubelet")
                .isEqualTo(403);
        assertThat(new Tls(signed("admin", UserInfo.MASTERS)).status(cluster, kubelet, "GET", paths.get(1)))
                .isEqualTo(200);
    }

    @Test
    void asksTheKubeletOnlyWhatItWasGranted() throws IOException {
        grant("health", "get", "nodes/healthz");
        grant("reader", "get", "nodes/proxy");
        Tls health = new Tls(signed("health"));
        Tls reader = new Tls(signed("reader"));
        String exec = "/exec/" + namespace + "/" + pod + "/web?command=id&output=1";
        String[] upgrade = {
            "Connection: Upgrade",
            "Upgrade: websocket",
            "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
            "Sec-WebSocket-Protocol: v5.channel.k8s.io"
        };

        assertThat(health.status(cluster, kubelet, "GET", "/healthz")).isEqualTo(200);
        assertThat(health.status(cluster, kubelet, "GET", "/pods")).isEqualTo(403);
        assertThat(reader.status(cluster, kubelet, "GET", "/pods")).isEqualTo(200);
        // With Kubernetes, who may get nodes/proxy runs commands in every container.
        assertThat(reader.status(cluster, kubelet, "GET", exec, upgrade)).isEqualTo(403);
        String proxied = "/api/v1/nodes/" + node + "/proxy";
        assertThat(reader.status(cluster, api, "GET", proxied + "/pods")).isEqualTo(200);
        assertThat(reader.status(cluster, api, "GET", proxied + exec, upgrade)).isEqualTo(403);
        assertThat(reader.status(cluster, api, "GET", proxied + "/x/.." + exec, upgrade))
                .isEqualTo(403);
    }

    private void grant(String user, String verb, String resource) {
        cluster.kubectl("create", "clusterrole", namespace + user, "--verb=" + verb, "--resource=" + resource)
                .ok();
        cluster.kubectl(
                        "create",
                        "clusterrolebinding",
                        namespace + user,
                        "--clusterrole=" + namespace + user,
                        "--user=" + user)
                .ok();
    }

    @Test
    void forgetsTokensOfWhatIsGone() throws IOException {
        kubectl("create", "serviceaccount", "gone");
        cluster.kubectlWithInput(Manifests.pod("gone", "exec sleep 100000"), "apply", "-n", namespace, "-f", "-")
                .ok();
        kubectl("wait", "pod/gone", "--for=condition=Ready", "--timeout=120s");
        String ofAccount = kubectl("create", "token", "gone").text();
        String ofPod = kubectl("exec", "gone", "--", "cat", "/var/run/secrets/kubernetes.io/serviceaccount/token")
                .text();
        for (String token : List.of(ofAccount, ofPod)) {
            assertThat(with(token, "/api")).isEqualTo(200);
            assertThat(with(token, "/api/v1/namespaces/" + namespace + "/secrets"))
                    .isEqualTo(403);
            assertThat(NOBODY.status(
                            cluster,
                            api,
                            "GET",
                            "/api/v1/nodes",
                            "Authorization: Bearer " + token,
                            "Impersonate-User: kubernetes-admin",
                            "Impersonate-Group: system:masters"))
                    .isEqualTo(403);
        }

        kubectl("delete", "serviceaccount/gone", "pod/gone");

        assertThat(with(ofAccount, "/api")).isEqualTo(401);
        assertThat(with(ofPod, "/api")).isEqualTo(401);
    }

    private int with(String token, String path) throws IOException {
        return NOBODY.status(cluster, api, "GET", path, "Authorization: Bearer " + token);
    }

    @Test
    void keepsSecretsInFilesOfItsOwner() throws IOException {
        Path home = cluster.directory();
        assertThat(others(home)).as("%s", home).isEmpty();
        List<String> open = new ArrayList<>();
        try (Stream<Path> files = Files.walk(home, 2)) {
            for (Path file : files.toList()) {
                String name = file.getFileName().toString();
                boolean secret = name.endsWith(".key") || name.endsWith(".kubeconfig") || name.startsWith("state.db");
                if (secret && !name.endsWith(".lock") && !others(file).isEmpty()) {
                    open.add(name);
                }
            }
        }
        assertThat(open).isEmpty();
        assertThat(home.resolve("pki/ca.key")).exists();
        assertThat(home.resolve("state.db-wal")).exists();
    }

    /** What others than its owner may do with a file. */
    private static Set<PosixFilePermission> others(Path file) throws IOException {
        Set<PosixFilePermission> rights = Files.getPosixFilePermissions(file);
        rights.removeAll(OWNERS);
        return rights;
    }
}
