package dev.proa.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.proa.api.codec.Json;
import dev.proa.api.value.MapValue;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/** The checks of the CIS benchmark that {@code docs/cis.md} calls checked, on a running cluster; and that the page is complete. */
@Tag("escape")
@ExtendWith(SharedCluster.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CisBenchmarkTest {
    private static final Pattern ROW =
            Pattern.compile("^\\| (\\d[\\d.]+) \\| (.*?) \\| (\\w+) \\| ?(.*?) ?\\|$", Pattern.MULTILINE);
    /** How many checks each group of the benchmark has. */
    private static final Map<String, Integer> GROUPS = Map.ofEntries(
            Map.entry("1.1", 21),
            Map.entry("1.2", 30),
            Map.entry("1.3", 7),
            Map.entry("1.4", 2),
            Map.entry("2", 7),
            Map.entry("3.1", 3),
            Map.entry("3.2", 2),
            Map.entry("4.1", 10),
            Map.entry("4.2", 14),
            Map.entry("4.3", 1),
            Map.entry("5.1", 13),
            Map.entry("5.2", 12),
            Map.entry("5.3", 2),
            Map.entry("5.4", 2),
            Map.entry("5.5", 1),
            Map.entry("5.6", 4));

    private static final Set<PosixFilePermission> OF_OTHERS = PosixFilePermissions.fromString("---rwxrwx");

    private final TestCluster cluster;
    private final String namespace;
    private final String node;
    private final String nodeAddress;
    private final Map<String, Check> checks = new TreeMap<>();

    /** Throws when a cluster does not do what the benchmark asks for. */
    private interface Check {
        void look() throws Exception;
    }

    private record Row(String id, String result, String what) {}

    CisBenchmarkTest(TestCluster cluster) {
        this.cluster = cluster;
        this.namespace = cluster.newNamespace("cis");
        this.node = nodeField("{.items[0].metadata.name}");
        this.nodeAddress = nodeField("{.items[0].status.addresses[?(@.type=='InternalIP')].address}");
        files();
        server();
        kubelet();
        policies();
    }

    @BeforeAll
    void run() {
        cluster.kubectlWithInput(
                        Manifests.pod("plain", "echo started; exec sleep 100000"), "apply", "-n", namespace, "-f", "-")
                .ok();
        kubectl("wait", "pod/plain", "--for=condition=Ready", "--timeout=120s").ok();
    }

    private String nodeField(String path) {
        return cluster.kubectl("get", "nodes", "-o", "jsonpath=" + path).ok().text();
    }

    private Run kubectl(String... arguments) {
        return cluster.kubectl(Arguments.in(namespace, arguments));
    }

    private Run as(String user, String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("--as", user));
        return kubectl(all.toArray(String[]::new));
    }

    private Run asNode(String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("--as-group", "system:nodes"));
        return as("system:node:" + node, all.toArray(String[]::new));
    }

    private static List<Row> rows() throws IOException {
        return ROW.matcher(Files.readString(TestCluster.project("docs/cis.md")))
                .results()
                .map(row -> new Row(row.group(1), row.group(3), row.group(4)))
                .toList();
    }

    @Test
    void thePageHasEveryCheckAndNamesTestsThatThereAre() throws IOException {
        List<Row> rows = rows();
        Set<String> expected = new TreeSet<>();
        GROUPS.forEach((group, count) -> {
            for (int i = 1; i <= count; i++) {
                expected.add(group + "." + i);
            }
        });
        assertThat(rows.stream().map(Row::id).toList()).containsExactlyInAnyOrderElementsOf(expected);
        assertThat(rows.stream().filter(row -> row.result.equals("checked")).map(Row::id))
                .containsExactlyInAnyOrderElementsOf(checks.keySet());
        Set<String> named = rows.stream()
                .flatMap(
                        row -> Pattern.compile("`(\\w+Test)`").matcher(row.what).results())
                .map(result -> result.group(1) + ".java")
                .collect(Collectors.toSet());
        try (Stream<Path> sources = Files.walk(TestCluster.project(""))) {
            named.removeAll(sources.filter(path -> path.toString().contains("/src/test/java/"))
                    .map(path -> path.getFileName().toString())
                    .collect(Collectors.toSet()));
        }
        assertThat(named).as("tests that there are not").isEmpty();
        assertThat(rows).filteredOn(row -> row.result.equals("tested")).allMatch(row -> row.what.contains("Test`"));
        assertThat(rows.stream().map(Row::result).distinct())
                .containsExactlyInAnyOrder("checked", "tested", "absent", "choice", "differs");
    }

    @TestFactory
    Stream<DynamicTest> checks() {
        return checks.entrySet().stream()
                .map(check -> dynamicTest(check.getKey(), () -> check.getValue().look()));
    }

    private void files() {
        Path home = cluster.directory();
        Path pki = home.resolve("pki");
        checks.put("1.1.11", () -> {
            closed(home);
            for (Path file : in(home, "state.db")) {
                if (!file.toString().endsWith(".lock")) {
                    closed(file);
                }
            }
        });
        checks.put("1.1.12", () -> owned(home));
        checks.put("1.1.13", () -> closed(cluster.kubeconfig()));
        checks.put("1.1.14", () -> owned(cluster.kubeconfig()));
        checks.put("1.1.19", () -> {
            owned(pki);
            for (Path file : in(pki, "")) {
                owned(file);
            }
        });
        checks.put("1.1.20", () -> {
            for (Path file : in(pki, "")) {
                assertThat(Files.getPosixFilePermissions(file))
                        .doesNotContain(PosixFilePermission.GROUP_WRITE, PosixFilePermission.OTHERS_WRITE);
            }
        });
        checks.put("1.1.21", () -> {
            List<Path> keys = in(pki, "").stream()
                    .filter(file -> file.toString().endsWith(".key"))
                    .toList();
            assertThat(keys).isNotEmpty();
            for (Path key : keys) {
                closed(key);
            }
        });
        checks.put(
                "1.2.2",
                () -> assertThat(Files.readString(home.resolve("cluster.json"))).doesNotContain("token-auth-file"));
        checks.put("1.2.22", () -> {
            assertThat(Files.readString(pki.resolve("sa.key"))).isNotEqualTo(Files.readString(pki.resolve("ca.key")));
            owned(pki.resolve("sa.key"));
        });
        checks.put("1.3.4", () -> closed(pki.resolve("sa.key")));
        checks.put("4.1.5", () -> {
            closed(home);
            assertThat(in(home.resolve("nodes").resolve(node), ""))
                    .as("no credentials of a node are in files")
                    .noneMatch(file -> file.toString().matches(".*(\\.key|kubeconfig|\\.crt)"));
        });
        checks.put("4.1.6", () -> owned(home.resolve("nodes").resolve(node)));
        checks.put(
                "4.1.7",
                () -> assertThat(Files.getPosixFilePermissions(pki.resolve("ca.crt")))
                        .doesNotContain(PosixFilePermission.GROUP_WRITE, PosixFilePermission.OTHERS_WRITE));
        checks.put("4.1.8", () -> owned(pki.resolve("ca.crt")));
    }

    private static List<Path> in(Path directory, String prefix) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.getFileName().toString().startsWith(prefix))
                    .toList();
        }
    }

    private static void closed(Path file) throws IOException {
        assertThat(Files.getPosixFilePermissions(file)).as("%s", file).doesNotContainAnyElementsOf(OF_OTHERS);
    }

    private static void owned(Path file) throws IOException {
        assertThat(Files.getOwner(file).getName()).as("%s", file).isEqualTo("root");
    }

    private void server() {
        InetSocketAddress api = new InetSocketAddress("127.0.0.1", 6443);
        checks.put("1.2.1", () -> {
            for (String path : List.of("/healthz", "/livez", "/readyz", "/version")) {
                assertThat(new Tls(null).status(cluster, api, "GET", path)).isEqualTo(200);
            }
            for (String path : List.of("/", "/api", "/apis", "/metrics", "/openapi/v3", "/api/v1/pods", "/logs")) {
                assertThat(new Tls(null).status(cluster, api, "GET", path)).isIn(401, 403);
            }
        });
        checks.put(
                "1.2.4", () -> assertThat(kubectl("logs", "plain").ok().text()).isEqualTo("started"));
        checks.put("1.2.6", () -> refused(as("jane", "get", "pods"), "cannot list resource \"pods\""));
        checks.put("1.2.7", () -> {
            asNode("get", "node", node).ok();
            refused(asNode("get", "node", "other"), "only its own Node object");
        });
        checks.put("1.2.8", () -> {
            kubectl("create", "rolebinding", "viewer", "--clusterrole=view", "--user=viewer")
                    .ok();
            as("viewer", "get", "pods").ok();
            refused(as("viewer", "get", "secrets"), "cannot list resource \"secrets\"");
        });
        checks.put("1.2.10", () -> {
            String strict = cluster.newNamespace("cis-strict");
            cluster.kubectl("label", "namespace", strict, "pod-security.kubernetes.io/enforce=restricted")
                    .ok();
            refused(
                    cluster.kubectl("run", "x", "--image=x", "--privileged", "-n", strict),
                    "violates PodSecurity \"restricted:latest\"");
        });
        checks.put(
                "1.2.12",
                () -> refused(
                        kubectl("run", "x", "--image=x", "--overrides={\"spec\":{\"serviceAccountName\":\"none\"}}"),
                        "error looking up service account"));
        checks.put("1.2.13", () -> {
            assertThat(cluster.kubectl("run", "x", "--image=x", "-n", "none").err())
                    .contains("namespaces \"none\" not found");
            refused(cluster.kubectl("delete", "namespace", "default"), "this namespace may not be deleted");
        });
        checks.put(
                "1.2.14",
                () -> refused(
                        asNode("label", "node", node, "node-role.kubernetes.io/control-plane="),
                        "is not allowed to modify labels"));
        checks.put("1.2.15", () -> {
            for (String path : List.of("/debug/pprof/", "/debug/pprof/profile", "/debug/flags/v")) {
                assertThat(cluster.kubectl("get", "--raw", path).err()).contains("NotFound");
            }
        });
        checks.put("1.2.24", () -> assertThat(plain(api)).doesNotStartWith("HTTP/1.1 200"));
        checks.put("1.2.29", () -> weakIsRefused(api));
        checks.put(
                "1.3.5",
                () -> assertThat(kubectl("get", "cm", "kube-root-ca.crt", "-o", "jsonpath={.data.ca\\.crt}")
                                .ok()
                                .text())
                        .isEqualTo(Files.readString(cluster.directory().resolve("pki/ca.crt"))
                                .strip()));
    }

    private static void refused(Run run, String why) {
        assertThat(run.exit()).isNotZero();
        assertThat(run.err()).contains("orbidden").contains(why);
    }

    /** What a server answers to HTTP without TLS; empty for nothing. */
    private String plain(InetSocketAddress server) throws IOException {
        return cluster.inside(() -> {
            try (Socket socket = new Socket()) {
                socket.setSoTimeout(20_000);
                socket.connect(server, 5_000);
                socket.getOutputStream()
                        .write("GET /version HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
                                .getBytes(StandardCharsets.US_ASCII));
                return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
            } catch (java.net.SocketException closed) {
                return "";
            }
        });
    }

    private void weakIsRefused(InetSocketAddress server) throws IOException {
        for (String suite :
                List.of("TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256", "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA")) {
            assertThat(handshake(server, "TLSv1.2", suite)).as(suite).isFalse();
        }
        assertThat(handshake(server, "TLSv1.2", "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"))
                .isTrue();
        assertThat(handshake(server, "TLSv1.3", "TLS_AES_128_GCM_SHA256")).isTrue();
    }

    private boolean handshake(InetSocketAddress server, String version, String suite) throws IOException {
        return cluster.inside(() -> {
            try {
                new Tls(null).handshake(server, version, suite);
                return true;
            } catch (SSLException refused) {
                return false;
            }
        });
    }

    private void kubelet() {
        InetSocketAddress port = new InetSocketAddress(nodeAddress, 10250);
        checks.put("4.2.1", () -> {
            for (String path : List.of("/pods", "/healthz", "/metrics", "/exec/a/b/c", "/configz", "/logs/")) {
                assertThat(new Tls(null).status(cluster, port, "GET", path)).isEqualTo(401);
            }
        });
        checks.put(
                "4.2.4", () -> assertThat(ListeningSockets.of(cluster)).noneMatch(socket -> socket.endsWith(":10255")));
        checks.put("4.2.12", () -> weakIsRefused(port));
        checks.put("4.2.14", this::hasFilter);
        checks.put("5.6.2", this::hasFilter);
    }

    private void hasFilter() {
        assertThat(kubectl("exec", "plain", "--", "grep", "Seccomp:", "/proc/self/status")
                        .ok()
                        .text())
                .endsWith("2");
    }

    private void policies() {
        checks.put("5.1.1", () -> {
            String bindings = cluster.kubectl(
                            "get",
                            "clusterrolebindings",
                            "-o",
                            "jsonpath={range .items[?(@.roleRef.name=='cluster-admin')]}{.metadata.name} {end}")
                    .ok()
                    .text();
            assertThat(bindings.strip()).isEqualTo("cluster-admin");
        });
        checks.put("5.1.2", () -> mayNot("get secrets", "list secrets", "watch secrets"));
        checks.put("5.1.3", this::wildcards);
        checks.put("5.1.4", () -> mayNot("create pods", "create deployments.apps", "create pods/ephemeralcontainers"));
        checks.put(
                "5.1.8",
                () -> mayNot(
                        "bind clusterroles.rbac.authorization.k8s.io",
                        "escalate clusterroles.rbac.authorization.k8s.io",
                        "impersonate users",
                        "impersonate groups",
                        "impersonate serviceaccounts"));
        checks.put("5.1.9", () -> mayNot("create persistentvolumes"));
        checks.put("5.1.10", () -> mayNot("get nodes/proxy", "create nodes/proxy"));
        checks.put("5.1.11", () -> mayNot("update certificatesigningrequests.certificates.k8s.io/approval"));
        checks.put(
                "5.1.12",
                () -> mayNot(
                        "create validatingwebhookconfigurations.admissionregistration.k8s.io",
                        "update mutatingwebhookconfigurations.admissionregistration.k8s.io"));
        checks.put("5.1.13", () -> mayNot("create serviceaccounts/token"));
    }

    /** For whoever is just authenticated, and for a pod's account without roles. */
    private void mayNot(String... rights) {
        for (String right : rights) {
            String[] words = right.split(" ");
            for (String user : List.of("anybody", "system:serviceaccount:" + namespace + ":default")) {
                Run run = as(user, "auth", "can-i", words[0], words[1], "-A");
                assertThat(run.text()).as("%s: %s", user, right).isEqualTo("no");
            }
        }
    }

    /** Roles that allow every verb on every resource of every group. */
    private void wildcards() {
        MapValue roles = Json.decodeMap(
                cluster.kubectl("get", "clusterroles", "-o", "json").ok().out());
        Set<String> wide = new TreeSet<>();
        for (int i = 0; i < roles.list("items").size(); i++) {
            MapValue role = roles.list("items").map(i);
            for (int j = 0; j < role.list("rules").size(); j++) {
                MapValue rule = role.list("rules").map(j);
                if (List.of("verbs", "apiGroups", "resources").stream()
                        .allMatch(field -> rule.list(field).contains("*"))) {
                    wide.add(role.map("metadata").string("name"));
                }
            }
        }
        assertThat(wide).containsExactlyInAnyOrder("cluster-admin");
    }
}
