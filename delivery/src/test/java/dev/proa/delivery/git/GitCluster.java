package dev.proa.delivery.git;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.apiextensions.v1.CustomResourceDefinition;
import dev.proa.api.core.v1.Namespace;
import dev.proa.api.core.v1.ServiceAccount;
import dev.proa.api.rbac.v1.Role;
import dev.proa.api.rbac.v1.RoleBinding;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.api.view.AnyObject;
import dev.proa.api.view.Kind;
import dev.proa.client.Client;
import dev.proa.client.clock.Clock;
import dev.proa.embedded.ApiServerConfig;
import dev.proa.embedded.EmbeddedApiServer;
import dev.proa.http.ServerKeys;
import dev.proa.server.auth.UserInfo;
import dev.proa.server.pki.CertificateAndKey;
import dev.proa.testing.Await;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** An API server in memory with git's servers in front of a temporary folder, and the git of this machine as its client. */
public final class GitCluster implements AutoCloseable {
    private final EmbeddedApiServer api = EmbeddedApiServer.start(ApiServerConfig.inMemory(Clock.system()));
    private final Path folder;
    public final Client client = api.client();
    public final Repositories repositories;
    private final GitService service;
    private final GitHttpServer http;

    /** @param listener hears of pushes */
    public GitCluster(Path folder, PushListener listener) throws IOException, InterruptedException {
        this.folder = folder;
        for (CustomResourceDefinition definition : GitResources.definitions()) {
            client.resource(CustomResourceDefinition.KIND).create(definition);
        }
        for (Kind<?> kind : List.of(GitResources.REPOSITORIES, GitResources.SSH_KEYS, GitResources.COMMIT_STATUSES)) {
            Await.until(kind.plural() + " are served", () -> isServed(kind), served -> served);
        }
        client.resource(Namespace.KIND).create(Namespace.of("", "team"));
        repositories = new Repositories(client, new RepositoryStore(folder.resolve("repositories")));
        service = new GitService(new ReviewedAccess(client, this::user), repositories, GitLimits.USUAL, listener);
        CertificateAndKey pair = api.pki().registryServer(List.of("127.0.0.1"));
        http = GitHttpServer.start(
                service,
                "127.0.0.1",
                0,
                new ServerKeys(pair.key(), List.of(pair.certificate())),
                api.pki().authority());
        Files.writeString(folder.resolve("ca.pem"), api.pki().authorityPem());
    }

    private boolean isServed(Kind<?> kind) {
        try {
            client.resource(kind).list();
            return true;
        } catch (dev.proa.api.status.StatusException e) {
            return false;
        }
    }

    private Optional<GitUser> user(X509Certificate certificate) {
        String subject = certificate.getSubjectX500Principal().getName();
        return subject.contains("CN=kubernetes-admin")
                ? Optional.of(new GitUser("kubernetes-admin", "", List.of("system:masters")))
                : Optional.empty();
    }

    /** Starts the SSH server; returns its port. The caller closes it. */
    GitSshServer ssh() {
        return GitSshServer.start(service, "127.0.0.1", 0, folder.resolve("host.key"));
    }

    public EmbeddedApiServer api() {
        return api;
    }

    /** A client as a user. */
    public Client as(String user, String... groups) {
        return api.client(UserInfo.of(user, groups));
    }

    public String url(String path) {
        return "https://127.0.0.1:" + http.port() + path;
    }

    /** Makes a service account in namespace team that has verbs on repositories; returns a token of it. */
    public String account(String name, String... verbs) {
        client.resource(ServiceAccount.KIND).create(ServiceAccount.of("team", name));
        client.resource(Role.KIND)
                .create(new Role(Role.of("team", name)
                        .value()
                        .with(
                                "rules",
                                ListValue.of(MapValue.of(
                                        "apiGroups", ListValue.of(GitResources.GROUP),
                                        "resources", ListValue.of("repositories"),
                                        "verbs", ListValue.copyOf(List.of(verbs)))))));
        client.resource(RoleBinding.KIND)
                .create(new RoleBinding(RoleBinding.of("team", name)
                        .value()
                        .with(
                                "roleRef",
                                MapValue.of("apiGroup", "rbac.authorization.k8s.io", "kind", "Role", "name", name))
                        .with(
                                "subjects",
                                ListValue.of(
                                        MapValue.of("kind", "ServiceAccount", "name", name, "namespace", "team")))));
        return client.resource(ServiceAccount.KIND)
                .in("team")
                .subresource("create", name, "token", MapValue.of("spec", MapValue.of("expirationSeconds", 3600L)))
                .map("status")
                .string("token");
    }

    /** Makes a repository in namespace team. */
    AnyObject repository(String name, MapValue spec) {
        return client.resource(GitResources.REPOSITORIES)
                .create(new AnyObject(
                        GitResources.REPOSITORIES.of("team", name).value().with("spec", spec)));
    }

    /** How a program ended, and what it printed. */
    public record Run(int exit, String output) {
        public Run ok() {
            assertThat(exit).as(output).isZero();
            return this;
        }
    }

    /** Runs git in a folder as the user whose token that is; empty for none. */
    public Run git(Path in, String token, String... arguments) throws IOException, InterruptedException {
        return git(
                in,
                token.isEmpty() ? List.of() : List.of("-c", "http.extraHeader=Authorization: Bearer " + token),
                Map.of(),
                arguments);
    }

    Run git(Path in, List<String> options, Map<String, String> environment, String... arguments)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("git", "-c", "user.name=A", "-c", "user.email=a@example.com"));
        command.addAll(List.of("-c", "init.defaultBranch=main"));
        command.addAll(options);
        command.addAll(List.of(arguments));
        Path output = Files.createTempFile(folder, "git", ".txt");
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(in.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        builder.environment().putAll(environment);
        builder.environment().put("GIT_SSL_CAINFO", folder.resolve("ca.pem").toString());
        builder.environment().put("GIT_TERMINAL_PROMPT", "0");
        builder.environment().put("GIT_CONFIG_GLOBAL", "/dev/null");
        builder.environment().put("GIT_CONFIG_NOSYSTEM", "1");
        Process process = builder.start();
        if (!process.waitFor(120, TimeUnit.SECONDS)) {
            process.destroyForcibly().waitFor();
            throw new AssertionError(command + " did not end: " + Files.readString(output));
        }
        return new Run(process.exitValue(), Files.readString(output, StandardCharsets.UTF_8));
    }

    /** Posts a request of HTTP. */
    HttpResponse<String> post(String path, byte[] body, Map<String, String> headers) throws Exception {
        KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
        trusted.load(null, null);
        trusted.setCertificateEntry("ca", api.pki().authority());
        TrustManagerFactory managers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        managers.init(trusted);
        SSLContext tls = SSLContext.getInstance("TLS");
        tls.init(null, managers.getTrustManagers(), null);
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(url(path))).POST(HttpRequest.BodyPublishers.ofByteArray(body));
        headers.forEach(request::header);
        try (HttpClient browser = HttpClient.newBuilder().sslContext(tls).build()) {
            return browser.send(request.build(), HttpResponse.BodyHandlers.ofString());
        }
    }

    /** A work tree with one commit of some files. */
    public Path workTree(String name, Map<String, String> files) throws IOException, InterruptedException {
        Path tree = Files.createDirectories(folder.resolve(name));
        git(tree, "", "init", "-q").ok();
        commit(tree, "first", files);
        return tree;
    }

    public void commit(Path tree, String message, Map<String, String> files) throws IOException, InterruptedException {
        for (Map.Entry<String, String> file : files.entrySet()) {
            Path at = tree.resolve(file.getKey());
            Files.createDirectories(at.getParent());
            Files.writeString(at, file.getValue());
        }
        git(tree, "", "add", "-A").ok();
        git(tree, "", "commit", "-q", "-m", message).ok();
    }

    @Override
    public void close() {
        http.close();
        api.close();
    }
}
