package dev.proa.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.proa.api.codec.Json;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.client.clock.Clock;
import dev.proa.server.pki.CertificateAndKey;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** By what credentials an API server knows who asks, over HTTPS and by its flags. */
class AuthenticationTest {
    private static final String WHO = "/apis/authentication.k8s.io/v1/selfsubjectreviews";

    @TempDir
    static Path directory;

    private static EmbeddedApiServer server;

    @BeforeAll
    static void start() throws IOException {
        Path tokens = Files.writeString(
                directory.resolve("tokens.csv"), "s3cret,jane,7,\"people,more\"\nroot-token,root,0,system:masters\n");
        Path configuration = Files.writeString(directory.resolve("authn.yaml"), """
                apiVersion: apiserver.config.k8s.io/v1
                kind: AuthenticationConfiguration
                anonymous: {enabled: true, conditions: [{path: /livez}]}
                """);
        ApiServerOptions options = ApiServerOptions.parse(
                List.of(
                        "token-auth-file=" + tokens,
                        "authentication-config=" + configuration,
                        "service-account-issuer=https://issuer.example.com",
                        "service-account-issuer=https://kubernetes.default.svc.cluster.local",
                        "service-account-jwks-uri=https://keys.example.com/jwks",
                        "service-account-max-token-expiration=2h"),
                directory);
        server = EmbeddedApiServer.start(ApiServerConfig.inMemory(Clock.system())
                .listeningOn("127.0.0.1", 0)
                .with(options));
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static HttpClient client(@Nullable CertificateAndKey pair) {
        try {
            KeyStore trusted = KeyStore.getInstance("PKCS12");
            trusted.load(null, null);
            trusted.setCertificateEntry(
                    "ca",
                    CertificateFactory.getInstance("X.509")
                            .generateCertificate(new ByteArrayInputStream(
                                    server.pki().authorityPem().getBytes(StandardCharsets.US_ASCII))));
            TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
            trust.init(trusted);
            KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
            KeyStore own = KeyStore.getInstance("PKCS12");
            own.load(null, null);
            if (pair != null) {
                own.setKeyEntry("own", pair.key(), new char[0], new Certificate[] {pair.certificate()});
            }
            keys.init(own, new char[0]);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
            return HttpClient.newBuilder().sslContext(context).build();
        } catch (GeneralSecurityException | IOException e) {
            throw new AssertionError(e);
        }
    }

    private static HttpResponse<String> send(
            HttpClient client, String method, String path, @Nullable MapValue body, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(server.url() + path))
                .timeout(Duration.ofSeconds(30))
                .header("Content-Type", "application/json")
                .method(
                        method,
                        body == null
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofByteArray(Json.encode(body)));
        if (headers.length > 0) {
            request.headers(headers);
        }
        try {
            return client.send(request.build(), BodyHandlers.ofString());
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static MapValue json(HttpResponse<String> response) {
        return Json.decodeMap(response.body().getBytes(StandardCharsets.UTF_8));
    }

    /** Who the server thinks that a request is made by. */
    private static MapValue who(HttpClient client, String... headers) {
        HttpResponse<String> response = send(
                client,
                "POST",
                WHO,
                MapValue.of("apiVersion", "authentication.k8s.io/v1", "kind", "SelfSubjectReview"),
                headers);
        assertThat(response.statusCode()).as(response.body()).isEqualTo(201);
        return json(response).map("status").map("userInfo");
    }

    private static MapValue create(String path, MapValue object) {
        HttpResponse<String> response = send(client(null), "POST", path, object, "Authorization", "Bearer root-token");
        assertThat(response.statusCode()).as(response.body()).isEqualTo(201);
        return json(response);
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void aStaticTokenIsThatOfItsUser() {
        HttpClient client = client(null);
        MapValue jane = who(client, "Authorization", "Bearer s3cret");
        assertThat(jane.string("username")).isEqualTo("jane");
        assertThat(jane.string("uid")).isEqualTo("7");
        assertThat(jane.list("groups")).containsExactly("people", "more", "system:authenticated");
        HttpResponse<String> wrong = send(client, "GET", "/livez", null, "Authorization", "Bearer s3cretx");
        assertThat(wrong.statusCode()).isEqualTo(401);
        assertThat(wrong.headers().firstValue("WWW-Authenticate")).isEmpty();
        assertThat(json(wrong).string("message")).isEqualTo("Unauthorized");
    }

    @Test
    void nobodyIsServedOnThePathsOfTheConfigurationAlone() {
        HttpClient client = client(null);
        assertThat(send(client, "GET", "/livez", null).statusCode()).isEqualTo(200);
        assertThat(send(client, "GET", "/healthz", null).statusCode()).isEqualTo(401);
        assertThat(send(client, "GET", "/livez/", null).statusCode()).isEqualTo(401);
    }

    @Test
    void aProxyMaySpeakForAUser() {
        HttpClient proxy = client(server.pki().frontProxyClient());
        MapValue jane = who(
                proxy,
                "X-Remote-User",
                "jane",
                "X-Remote-Group",
                "a",
                "X-Remote-Group",
                "b",
                "X-Remote-Uid",
                "9",
                "X-Remote-Extra-Example.com%2fx",
                "1");
        assertThat(jane.string("username")).isEqualTo("jane");
        assertThat(jane.string("uid")).isEqualTo("9");
        assertThat(jane.list("groups")).containsExactly("a", "b", "system:authenticated");
        assertThat(jane.map("extra").list("example.com/x")).isEqualTo(ListValue.of("1"));
        assertThat(send(proxy, "GET", "/livez", null).statusCode())
                .as("a proxy that names nobody")
                .isEqualTo(401);
        HttpClient user = client(server.pki().client("someone", "someone", List.of()));
        assertThat(who(user, "X-Remote-User", "root").string("username"))
                .as("a user is no proxy")
                .isEqualTo("someone");
        HttpClient nobody = client(null);
        assertThat(send(nobody, "GET", "/healthz", null, "X-Remote-User", "root")
                        .statusCode())
                .isEqualTo(401);
    }

    @Test
    void aBootstrapTokenIsThatOfABootstrapper() {
        create(
                "/api/v1/namespaces/kube-system/secrets",
                MapValue.of(
                        "data",
                        MapValue.of(
                                "token-id",
                                base64("abcdef"),
                                "token-secret",
                                base64("0123456789abcdef"),
                                "usage-bootstrap-authentication",
                                base64("true")),
                        "metadata",
                        MapValue.of("name", "bootstrap-token-abcdef"),
                        "type",
                        "bootstrap.kubernetes.io/token"));
        MapValue node = who(client(null), "Authorization", "Bearer abcdef.0123456789abcdef");
        assertThat(node.string("username")).isEqualTo("system:bootstrap:abcdef");
        assertThat(node.list("groups")).containsExactly("system:bootstrappers", "system:authenticated");
    }

    @Test
    void kubectlLogsInByABootstrapToken() throws IOException, InterruptedException {
        assumeTrue(isThere("kubectl"), "kubectl is needed");
        create(
                "/api/v1/namespaces/kube-system/secrets",
                MapValue.of(
                        "stringData",
                        MapValue.of(
                                "token-id",
                                "kubect",
                                "token-secret",
                                "0123456789abcdef",
                                "usage-bootstrap-authentication",
                                "true",
                                "auth-extra-groups",
                                "system:bootstrappers:workers"),
                        "metadata",
                        MapValue.of("name", "bootstrap-token-kubect"),
                        "type",
                        "bootstrap.kubernetes.io/token"));
        Path authority =
                Files.writeString(directory.resolve("ca.crt"), server.pki().authorityPem());
        ProcessBuilder builder = new ProcessBuilder(
                        "kubectl",
                        "--kubeconfig=/dev/null",
                        "--server=" + server.url(),
                        "--certificate-authority=" + authority,
                        "--token=kubect.0123456789abcdef",
                        "auth",
                        "whoami",
                        "-o",
                        "jsonpath={.status.userInfo.username} {.status.userInfo.groups}")
                .redirectErrorStream(true);
        builder.environment().put("HOME", directory.toString());
        Process process = builder.start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(out)
                .isEqualTo("system:bootstrap:kubect [\"system:bootstrappers\",\"system:bootstrappers:workers\","
                        + "\"system:authenticated\"]");
    }

    private static boolean isThere(String program) {
        return Stream.of(System.getenv().getOrDefault("PATH", "").split(":"))
                .anyMatch(path -> Files.isExecutable(Path.of(path, program)));
    }

    @Test
    void theTokenOfASecretIsThatOfItsServiceAccountAndItsUseIsWrittenDown() {
        MapValue account = create(
                "/api/v1/namespaces/default/serviceaccounts", MapValue.of("metadata", MapValue.of("name", "builder")));
        MapValue secret = create(
                "/api/v1/namespaces/default/secrets",
                MapValue.of(
                        "metadata",
                        MapValue.of(
                                "name",
                                "builder-token",
                                "annotations",
                                MapValue.of("kubernetes.io/service-account.name", "builder")),
                        "type",
                        "kubernetes.io/service-account-token"));
        String token = server.legacyToken(
                new dev.proa.api.core.v1.ServiceAccount(account), new dev.proa.api.core.v1.Secret(secret));
        HttpClient client = client(null);
        String path = "/api/v1/namespaces/default/secrets/builder-token";
        assertThat(send(client, "GET", "/livez", null, "Authorization", "Bearer " + token)
                        .statusCode())
                .as("the secret does not have it")
                .isEqualTo(401);
        send(
                client,
                "PUT",
                path,
                secret.with("data", MapValue.of("token", base64(token))),
                "Authorization",
                "Bearer root-token");
        assertThat(who(client, "Authorization", "Bearer " + token).string("username"))
                .isEqualTo("system:serviceaccount:default:builder");
        MapValue labels = json(send(client, "GET", path, null, "Authorization", "Bearer root-token"))
                .map("metadata")
                .map("labels");
        assertThat(labels.string("kubernetes.io/legacy-token-last-used")).matches("\\d{4}-\\d\\d-\\d\\d");
        assertThat(json(send(
                                client,
                                "GET",
                                "/api/v1/namespaces/kube-system/configmaps/"
                                        + "kube-apiserver-legacy-service-account-token-tracking",
                                null,
                                "Authorization",
                                "Bearer root-token"))
                        .map("data")
                        .string("since"))
                .matches("\\d{4}-\\d\\d-\\d\\d");
    }

    private static MapValue review(String token, String... audiences) {
        MapValue answer = create(
                "/apis/authentication.k8s.io/v1/tokenreviews",
                MapValue.of("spec", MapValue.of("token", token, "audiences", ListValue.of((Object[]) audiences))));
        return answer.map("status");
    }

    @Test
    void tokensAreReviewedByAllThatKnowThem() {
        MapValue jane = review("s3cret");
        assertThat(jane.bool("authenticated")).isTrue();
        assertThat(jane.map("user").string("username")).isEqualTo("jane");
        assertThat(jane.list("audiences"))
                .containsExactly("https://issuer.example.com", "https://kubernetes.default.svc.cluster.local");
        assertThat(review("s3cret", "vault"))
                .isEqualTo(MapValue.of("error", "invalid bearer token", "user", MapValue.EMPTY));
        assertThat(review("s3cret", "vault", "https://issuer.example.com").list("audiences"))
                .containsExactly("https://issuer.example.com");
        assertThat(review("nonsense").string("error")).isEqualTo("invalid bearer token");
        assertThat(review(" ").bool("authenticated")).as("nobody").isFalse();
    }

    @Test
    void tokensOfServiceAccountsAreOfTheFirstIssuer() {
        create("/api/v1/namespaces/default/serviceaccounts", MapValue.of("metadata", MapValue.of("name", "runner")));
        HttpResponse<String> response = send(
                client(null),
                "POST",
                "/api/v1/namespaces/default/serviceaccounts/runner/token",
                MapValue.of("spec", MapValue.of("expirationSeconds", 86_400L)),
                "Authorization",
                "Bearer root-token");
        MapValue request = json(response);
        assertThat(response.headers().firstValue("Warning"))
                .contains("299 - \"requested expiration of 86400 seconds shortened to 7200 seconds\"");
        String token = request.map("status").string("token");
        MapValue claims = Json.decodeMap(Base64.getUrlDecoder().decode(token.split("\\.")[1]));
        assertThat(claims.string("iss")).isEqualTo("https://issuer.example.com");
        assertThat(claims.integer("exp", 0) - claims.integer("iat", 0)).isEqualTo(7200);
        assertThat(who(client(null), "Authorization", "Bearer " + token).string("username"))
                .isEqualTo("system:serviceaccount:default:runner");
        MapValue discovery = json(send(
                client(null), "GET", "/.well-known/openid-configuration", null, "Authorization", "Bearer " + token));
        assertThat(discovery.string("issuer")).isEqualTo("https://issuer.example.com");
        assertThat(discovery.string("jwks_uri")).isEqualTo("https://keys.example.com/jwks");
        HttpResponse<String> keys =
                send(client(null), "GET", "/openid/v1/jwks", null, "Authorization", "Bearer " + token);
        assertThat(keys.headers().firstValue("Content-Type")).contains("application/jwk-set+json");
        assertThat(json(keys).list("keys")).hasSize(1);
    }

    private static final class Silent implements WebSocket.Listener {
        @Override
        public @Nullable CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
            socket.request(1);
            return CompletableFuture.completedFuture(null);
        }
    }

    @Test
    void aTokenMayBeASubprotocolOfAWebSocket() throws Exception {
        String protocol = "base64url.bearer.authorization.k8s.io."
                + Base64.getUrlEncoder().withoutPadding().encodeToString("root-token".getBytes(StandardCharsets.UTF_8));
        URI watch = URI.create(server.url().replace("https", "wss") + "/api/v1/namespaces?watch=true");
        WebSocket socket = client(null)
                .newWebSocketBuilder()
                .subprotocols("v1.example.com", protocol)
                .buildAsync(watch, new Silent())
                .get(30, TimeUnit.SECONDS);
        assertThat(socket.getSubprotocol()).isEqualTo("v1.example.com");
        socket.abort();
        assertThat(client(null).newWebSocketBuilder().subprotocols(protocol).buildAsync(watch, new Silent()))
                .as("nothing is left to choose")
                .failsWithin(Duration.ofSeconds(30));
    }

    private static void grant(String name, String user, MapValue... rules) {
        create(
                "/apis/rbac.authorization.k8s.io/v1/clusterroles",
                MapValue.of("metadata", MapValue.of("name", name), "rules", ListValue.of((Object[]) rules)));
        create(
                "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings",
                MapValue.of(
                        "metadata",
                        MapValue.of("name", name),
                        "roleRef",
                        MapValue.of("apiGroup", "rbac.authorization.k8s.io", "kind", "ClusterRole", "name", name),
                        "subjects",
                        ListValue.of(
                                MapValue.of("apiGroup", "rbac.authorization.k8s.io", "kind", "User", "name", user))));
    }

    private static MapValue rule(String group, String resource, String verb) {
        return MapValue.of(
                "apiGroups", ListValue.of(group), "resources", ListValue.of(resource), "verbs", ListValue.of(verb));
    }

    @Test
    void impersonationMayBeConstrainedToSomeRequests() {
        grant(
                "as-people",
                "support",
                rule("authentication.k8s.io", "users", "impersonate:user-info"),
                rule("", "configmaps", "impersonate-on:user-info:list"));
        grant("reads", "customer", rule("", "configmaps", "*"), rule("", "secrets", "*"));
        HttpClient support = client(server.pki().client("support", "support", List.of()));
        String[] asCustomer = {"Impersonate-User", "customer"};

        assertThat(send(support, "GET", "/api/v1/namespaces/default/configmaps", null, asCustomer)
                        .statusCode())
                .isEqualTo(200);
        HttpResponse<String> secrets = send(support, "GET", "/api/v1/namespaces/default/secrets", null, asCustomer);
        assertThat(secrets.statusCode()).isEqualTo(403);
        assertThat(json(secrets).string("message"))
                .isEqualTo("secrets is forbidden: User \"support\" cannot impersonate-on:user-info:list resource"
                        + " \"secrets\" in API group \"\" in the namespace \"default\"");
        HttpResponse<String> masters = send(
                support,
                "GET",
                "/api/v1/namespaces/default/configmaps",
                null,
                "Impersonate-User",
                "customer",
                "Impersonate-Group",
                "system:masters");
        assertThat(masters.statusCode()).isEqualTo(403);
        assertThat(json(masters).string("message")).contains("impersonating the system:masters group is not allowed");
        assertThat(send(
                                support,
                                "GET",
                                "/api/v1/namespaces/default/configmaps",
                                null,
                                "Impersonate-User",
                                "system:serviceaccount:kube-system:default")
                        .statusCode())
                .as("a service account is no person")
                .isEqualTo(403);
        HttpResponse<String> nobody = send(support, "GET", "/api/v1/namespaces", null, "Impersonate-Group", "g");
        assertThat(nobody.statusCode()).isEqualTo(400);
        assertThat(json(nobody).string("message"))
                .isEqualTo("requested &user.DefaultInfo{Name:\"\", UID:\"\", Groups:[]string{\"g\"},"
                        + " Extra:map[string][]string(nil)} without impersonating a user name");
    }

    @Test
    void requestsAreCountedByTheirCredentials() {
        who(client(null), "Authorization", "Bearer s3cret");
        who(client(server.pki().administrator()));
        send(client(null), "GET", "/livez", null, "Authorization", "Bearer wrong");
        String metrics = send(client(null), "GET", "/metrics", null, "Authorization", "Bearer root-token")
                .body();
        assertThat(metrics)
                .contains("authenticated_user_requests{username=\"other\"}")
                .contains("authentication_attempts{result=\"error\"}")
                .contains("authentication_duration_seconds_bucket{result=\"success\",le=\"0.001\"}")
                .contains("apiserver_client_certificate_expiration_seconds_bucket{le=\"0.0\"} 0")
                .contains("serviceaccount_legacy_tokens_total ")
                .contains("apiserver_authentication_config_controller_last_config_info{apiserver_id_hash=");
    }
}
