package dev.proa.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proa.api.codec.Json;
import dev.proa.api.core.v1.ConfigMap;
import dev.proa.api.core.v1.ServiceAccount;
import dev.proa.client.http.Connection;
import dev.proa.image.Digest;
import dev.proa.image.Image;
import dev.proa.image.ImageConfig;
import dev.proa.image.Platform;
import dev.proa.image.Reference;
import dev.proa.image.registry.MirroredPulls;
import dev.proa.image.registry.RegistryClient;
import dev.proa.image.registry.RegistryMirror;
import dev.proa.image.store.ImageStore;
import dev.proa.server.pki.CertificateAndKey;
import dev.proa.server.pki.Pki;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who may use the registry of a cluster, and how. */
class ClusterRegistryTest {
    @TempDir
    Path directory;

    private Cluster start(boolean anonymous) throws InterruptedException {
        return Cluster.start(ClusterConfig.inMemory(directory, 0, ClusterConfig.Runtime.NONE)
                .with(new ClusterConfig.Registry(0, true, anonymous)));
    }

    /** A client that trusts the cluster's authority and shows a certificate. */
    private HttpClient as(Cluster cluster, String user, String... groups) {
        return HttpClient.newBuilder()
                .sslContext(connection(cluster, user, groups).tls())
                .build();
    }

    private Connection connection(Cluster cluster, String user, String... groups) {
        CertificateAndKey pair = Pki.open(directory.resolve("pki"), InstantSource.system())
                .client(user.replace(':', '-'), user, List.of(groups));
        return Connection.withCertificate(
                URI.create(cluster.url()), cluster.administrator().authority(), pair.certificatePem(), pair.keyPem());
    }

    private static int status(HttpClient client, String method, String url, String... headers)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url)).method(method, BodyPublishers.noBody());
        return client.send(
                        headers.length == 0
                                ? request.build()
                                : request.headers(headers).build(),
                        BodyHandlers.discarding())
                .statusCode();
    }

    private static String token(Cluster cluster) {
        cluster.client().resource(ServiceAccount.KIND).in("default").create(ServiceAccount.of("default", "builder"));
        return cluster.client()
                .resource(ServiceAccount.KIND)
                .in("default")
                .subresource("create", "builder", "token", Json.decodeMap("""
                        {"apiVersion":"authentication.k8s.io/v1","kind":"TokenRequest","spec":{}}"""))
                .map("status")
                .string("token");
    }

    private static String basic(String token) {
        return "Basic " + Base64.getEncoder().encodeToString(("anything:" + token).getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void takesTheClustersIdentitiesOnly() throws Exception {
        try (Cluster cluster = start(false)) {
            ClusterRegistry registry = cluster.registry();
            ImageStore.open(directory.resolve("images"))
                    .write(ImageConfig.empty(Platform.host()), List.of(), Map.of(), Reference.parse("hello:1"));
            assertThat(registry.url()).startsWith("https://127.0.0.1:").isEqualTo(registry.secureUrl());
            assertThat(registry.host()).isEqualTo("localhost:" + registry.port());
            String base = registry.url() + "/v2/";
            String upload = base + "team/app/blobs/uploads/?digest=" + Digest.of(new byte[0]);
            String mirrored = base + "library/hello/manifests/1?ns=docker.io";

            HttpClient administrator = as(cluster, "kubernetes-admin", "system:masters");
            assertThat(status(administrator, "GET", base)).isEqualTo(200);
            assertThat(status(administrator, "POST", upload)).isEqualTo(201);
            assertThat(status(administrator, "GET", mirrored)).isEqualTo(200);

            byte[] large = new byte[6 << 20];
            new Random(1).nextBytes(large);
            String there = base + "team/app/blobs/";
            HttpResponse<Void> uploaded = administrator.send(
                    HttpRequest.newBuilder(URI.create(there + "uploads/?digest=" + Digest.of(large)))
                            .POST(BodyPublishers.ofByteArray(large))
                            .build(),
                    BodyHandlers.discarding());
            assertThat(uploaded.statusCode()).isEqualTo(201);
            assertThat(uploaded.version()).isEqualTo(HttpClient.Version.HTTP_2);
            assertThat(administrator
                            .send(
                                    HttpRequest.newBuilder(URI.create(there + Digest.of(large)))
                                            .build(),
                                    BodyHandlers.ofByteArray())
                            .body())
                    .isEqualTo(large);

            HttpClient node = as(cluster, "system:node:far", "system:nodes");
            assertThat(status(node, "GET", mirrored)).isEqualTo(200);
            assertThat(status(node, "POST", upload)).isEqualTo(403);
            assertThat(status(node, "DELETE", base + "team/app/manifests/1")).isEqualTo(403);

            HttpClient user = as(cluster, "jane", "developers");
            assertThat(status(user, "GET", base)).isEqualTo(200);
            assertThat(status(user, "GET", mirrored)).isEqualTo(403);
            assertThat(status(user, "POST", upload)).isEqualTo(403);

            HttpClient stranger = HttpClient.newBuilder()
                    .sslContext(Connection.withToken(
                                    URI.create(cluster.url()),
                                    cluster.administrator().authority(),
                                    "")
                            .tls())
                    .build();
            assertThat(status(stranger, "GET", base)).isEqualTo(401);
            assertThat(status(stranger, "GET", mirrored)).isEqualTo(401);
            String token = token(cluster);
            assertThat(status(stranger, "GET", base, "Authorization", basic(token)))
                    .isEqualTo(200);
            assertThat(status(stranger, "GET", base, "Authorization", "Bearer " + token))
                    .isEqualTo(200);
            assertThat(status(stranger, "POST", upload, "Authorization", basic(token)))
                    .isEqualTo(403);
            for (String wrong :
                    List.of(basic("x"), basic(""), "Basic ?", "Basic", "Bearer", "Bearer " + token + "x", "Digest x")) {
                assertThat(status(stranger, "GET", base, "Authorization", wrong))
                        .as(wrong)
                        .isEqualTo(401);
            }
            assertThat(cluster.client()
                            .resource(ConfigMap.KIND)
                            .in("kube-public")
                            .find("local-registry-hosting"))
                    .isNull();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aNodePullsWhatIsOnlyInTheCluster(boolean anonymous) throws Exception {
        try (Cluster cluster = start(anonymous);
                RegistryClient client = new RegistryClient()) {
            ImageStore theirs = ImageStore.open(directory.resolve("images"));
            String own = cluster.registry().host() + "/team/app:1";
            for (String name : List.of("hello:1", own)) {
                theirs.write(ImageConfig.empty(Platform.host()), List.of(), Map.of(), Reference.parse(name));
            }
            Map<String, String> told = cluster.client()
                    .resource(ConfigMap.KIND)
                    .in("kube-public")
                    .get("cluster-registry")
                    .data();
            assertThat(told)
                    .containsEntry("url", cluster.registry().secureUrl())
                    .containsEntry("host", cluster.registry().host());
            ImageStore ours = ImageStore.open(directory.resolve("node"));
            for (String name : List.of("hello:1", own)) {
                Image pulled = pulls(client, cluster, "system:node:far", "system:nodes")
                        .pull(Reference.parse(name), Platform.host(), null, ours);
                assertThat(ours.find(name)).contains(pulled);
            }
            for (String user : List.of("system:node:", "jane")) {
                MirroredPulls others = pulls(client, cluster, user, "system:nodes");
                assertThatThrownBy(() -> others.pull(Reference.parse(own), Platform.host(), null, ours))
                        .as(user)
                        .hasMessageContaining("may not pull in team/app");
            }
        }
    }

    private MirroredPulls pulls(RegistryClient client, Cluster cluster, String user, String group) {
        RegistryMirror mirror = new RegistryMirror(
                URI.create(cluster.registry().secureUrl()),
                connection(cluster, user, group).tls(),
                cluster.registry().host());
        return new MirroredPulls(client, () -> mirror);
    }

    @Test
    void letsEverybodyOfThisMachineInWhenAsked() throws Exception {
        try (Cluster cluster = start(true);
                HttpClient anybody = HttpClient.newHttpClient()) {
            ClusterRegistry registry = cluster.registry();
            assertThat(registry.url()).startsWith("http://127.0.0.1:");
            assertThat(registry.secureUrl()).startsWith("https://127.0.0.1:");
            String base = registry.url() + "/v2/";

            assertThat(status(anybody, "POST", base + "app/blobs/uploads/?digest=" + Digest.of(new byte[0])))
                    .isEqualTo(201);
            assertThat(status(anybody, "GET", base + "app/blobs/" + Digest.of(new byte[0])))
                    .isEqualTo(200);
            assertThat(status(anybody, "GET", base + "library/hello/manifests/1?ns=docker.io"))
                    .isEqualTo(401);
            assertThat(status(anybody, "GET", base, "Authorization", basic("wrong")))
                    .isEqualTo(401);
            assertThat(status(
                            as(cluster, "kubernetes-admin", "system:masters"),
                            "GET",
                            registry.secureUrl() + "/v2/app/blobs/" + Digest.of(new byte[0])))
                    .isEqualTo(200);
            assertThat(cluster.client()
                            .resource(ConfigMap.KIND)
                            .in("kube-public")
                            .get("local-registry-hosting")
                            .data())
                    .containsEntry("localRegistryHosting.v1", "host: \"" + registry.host() + "\"\n");
            assertThat(metrics(cluster)).contains("registry_http_requests_total{code=\"201\",method=\"POST\"} 1");
        }
        try (Cluster cluster = start(false)) {
            assertThat(cluster.registry().url()).startsWith("https:");
        }
    }

    private String metrics(Cluster cluster) throws IOException, InterruptedException {
        HttpResponse<String> response = as(cluster, "kubernetes-admin", "system:masters")
                .send(
                        HttpRequest.newBuilder(URI.create(cluster.url() + "/metrics"))
                                .build(),
                        BodyHandlers.ofString());
        return response.body();
    }

    @Test
    void saysWhichPortIsTaken() throws Exception {
        try (Cluster first = start(false)) {
            int port = first.registry().port();
            Path other = directory.resolve("other");
            ClusterConfig config = ClusterConfig.inMemory(other, 0, ClusterConfig.Runtime.NONE);
            assertThatThrownBy(() -> Cluster.start(config.with(new ClusterConfig.Registry(port, false, false))))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("127.0.0.1:" + port);
            try (Cluster second = Cluster.start(config.with(new ClusterConfig.Registry(port, true, false)))) {
                assertThat(second.registry().port()).isNotEqualTo(port);
            }
        }
    }
}
