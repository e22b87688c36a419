package dev.proa.cluster;

import dev.proa.api.apiextensions.v1.CustomResourceDefinition;
import dev.proa.api.core.v1.ConfigMap;
import dev.proa.api.rbac.v1.ClusterRole;
import dev.proa.api.rbac.v1.ClusterRoleBinding;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.api.view.AnyObject;
import dev.proa.api.view.Kind;
import dev.proa.api.view.KubeObject;
import dev.proa.client.Client;
import dev.proa.client.Patch;
import dev.proa.client.ResourceClient;
import dev.proa.client.clock.Clock;
import dev.proa.client.http.Connection;
import dev.proa.client.http.HttpTransport;
import dev.proa.client.http.PodStreams;
import dev.proa.client.informer.EventHandler;
import dev.proa.client.informer.InformerFactory;
import dev.proa.client.supervision.Loop;
import dev.proa.delivery.git.GitHttpServer;
import dev.proa.delivery.git.GitLimits;
import dev.proa.delivery.git.GitResources;
import dev.proa.delivery.git.GitService;
import dev.proa.delivery.git.GitSshServer;
import dev.proa.delivery.git.GitUser;
import dev.proa.delivery.git.Repositories;
import dev.proa.delivery.git.RepositoryName;
import dev.proa.delivery.git.RepositoryStore;
import dev.proa.delivery.git.ReviewedAccess;
import dev.proa.delivery.pipeline.run.HostRunnerImage;
import dev.proa.delivery.pipeline.run.PipelineReader;
import dev.proa.delivery.pipeline.run.PipelineResources;
import dev.proa.delivery.pipeline.run.PushPipelines;
import dev.proa.delivery.pipeline.run.RunContext;
import dev.proa.delivery.pipeline.run.RunController;
import dev.proa.delivery.pipeline.run.StreamedCommands;
import dev.proa.embedded.EmbeddedApiServer;
import dev.proa.http.ServerKeys;
import dev.proa.image.solver.BuildSandbox;
import dev.proa.image.store.ImageStore;
import dev.proa.node.build.RuntimeBuildSandbox;
import dev.proa.server.auth.Authentication;
import dev.proa.server.auth.ClientCertificate;
import dev.proa.server.auth.Credentials;
import dev.proa.server.auth.UserInfo;
import dev.proa.server.pki.CertificateAndKey;
import java.net.URI;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Git repositories and pipelines of a cluster. It comes up beside everything else once the cluster is ready, under an identity of its own; SSH is served from the first
 * public key on.
 */
final class Pipelines implements AutoCloseable {
    /** Where a cluster tells how its repositories are reached: ConfigMap {@code git-server} in {@code kube-public}. */
    static final String NAMESPACE = "kube-public";

    static final String ADVERTISEMENT = "git-server";

    private static final Logger LOG = LoggerFactory.getLogger(Pipelines.class);
    private static final String USER = "system:proa:pipelines";
    private static final int USUAL_PORT = 6480;
    private static final int USUAL_SSH_PORT = 6422;
    private static final Duration FOLLOW = Duration.ofSeconds(60);
    private static final Duration CERTIFICATES_EACH = Duration.ofSeconds(10);

    private final EmbeddedApiServer server;
    private final ClusterConfig config;
    private final String address;
    private final Supplier<String> registry;
    private final PipelineReader reader;
    private final List<AutoCloseable> parts = new ArrayList<>();
    private @Nullable GitSshServer ssh;
    private boolean closed;

    private Pipelines(
            EmbeddedApiServer server,
            ClusterConfig config,
            String address,
            Supplier<String> registry,
            PipelineReader reader) {
        this.server = server;
        this.config = config;
        this.address = address;
        this.registry = registry;
        this.reader = reader;
    }

    /**
     * Starts them in the background; returns at once.
     *
     * @param address a loopback address, also that of node ports
     * @param registry host of the cluster's registry; empty for none
     */
    static Pipelines start(
            EmbeddedApiServer server,
            ClusterConfig config,
            String address,
            Supplier<String> registry,
            PipelineReader reader) {
        Pipelines pipelines = new Pipelines(server, config, address, registry, reader);
        server.supervisor().group("pipelines").run("pipelines-start", pipelines::run);
        return pipelines;
    }

    private void run(Loop self) throws InterruptedException {
        Client administrator = server.client();
        for (CustomResourceDefinition definition : GitResources.definitions()) {
            apply(administrator, CustomResourceDefinition.KIND, definition);
        }
        for (CustomResourceDefinition definition : PipelineResources.definitions()) {
            apply(administrator, CustomResourceDefinition.KIND, definition);
        }
        List<MapValue> policies = new ArrayList<>(GitResources.policies());
        policies.addAll(PipelineResources.policies());
        for (MapValue policy : policies) {
            boolean binding = policy.string("kind").endsWith("Binding");
            Kind<AnyObject> kind = Kind.any(
                    "admissionregistration.k8s.io",
                    "v1",
                    policy.string("kind"),
                    binding ? "validatingadmissionpolicybindings" : "validatingadmissionpolicies",
                    false);
            apply(administrator, kind, new AnyObject(policy));
        }
        grant(administrator);
        awaitServed(administrator);
        synchronized (this) {
            if (!closed) {
                serve();
            }
        }
    }

    private static <T extends KubeObject> void apply(Client client, Kind<T> kind, T wanted) {
        ResourceClient<T> all = client.resource(kind);
        T there = all.find(wanted.name());
        if (there == null) {
            try {
                all.create(wanted);
            } catch (StatusException e) {
                if (e.code() != 409) {
                    throw e;
                }
            }
        } else {
            all.patch(wanted.name(), Patch.merge(wanted.value().without("metadata")));
        }
    }

    private void awaitServed(Client client) throws InterruptedException {
        for (Kind<?> kind : List.of(
                GitResources.REPOSITORIES,
                GitResources.SSH_KEYS,
                GitResources.COMMIT_STATUSES,
                PipelineResources.RUNS)) {
            for (int i = 0; !isServed(client, kind); i++) {
                if (i == 100) {
                    throw new IllegalStateException(kind.resource() + " are not served after 10 s");
                }
                config.clock().sleep(Duration.ofMillis(100));
            }
        }
    }

    private static boolean isServed(Client client, Kind<?> kind) {
        try {
            client.resource(kind).list();
            return true;
        } catch (StatusException e) {
            return false;
        }
    }

    private static MapValue rule(String group, String resources, String verbs) {
        return MapValue.of(
                "apiGroups", ListValue.of(group),
                "resources", ListValue.of((Object[]) resources.split(",")),
                "verbs", ListValue.of((Object[]) verbs.split(",")));
    }

    private static void grant(Client client) {
        String all = "get,list,watch,create,update,patch,delete";
        aggregate(client, "admin", all + ",protect"); // changes the rules of branches, too
        aggregate(client, "edit", all);
        aggregate(client, "view", "get,list,watch");
        apply(
                client,
                ClusterRole.KIND,
                new ClusterRole(ClusterRole.KIND
                        .of("", USER)
                        .value()
                        .with(
                                "rules",
                                ListValue.of(
                                        rule("", "pods", "get,list,watch,create,delete"),
                                        rule("", "pods/exec", "create,get"),
                                        rule("", "secrets,configmaps", "get,list,watch"),
                                        rule("", "serviceaccounts", "get,create"),
                                        rule("authentication.k8s.io", "tokenreviews", "create"),
                                        rule("authorization.k8s.io", "subjectaccessreviews", "create"),
                                        rule(GitResources.GROUP, "*", "*"),
                                        rule(PipelineResources.GROUP, "*", "*")))));
        apply(
                client,
                ClusterRoleBinding.KIND,
                new ClusterRoleBinding(ClusterRoleBinding.KIND
                        .of("", USER)
                        .value()
                        .with(
                                "roleRef",
                                MapValue.of(
                                        "apiGroup", "rbac.authorization.k8s.io", "kind", "ClusterRole", "name", USER))
                        .with(
                                "subjects",
                                ListValue.of(MapValue.of(
                                        "apiGroup", "rbac.authorization.k8s.io", "kind", "User", "name", USER)))));
    }

    /** Lets whom a namespace gives the roles admin, edit or view use its repositories and runs. */
    private static void aggregate(Client client, String to, String verbs) {
        apply(
                client,
                ClusterRole.KIND,
                new ClusterRole(ClusterRole.KIND
                        .of("", "proa:pipelines:aggregate-to-" + to)
                        .value()
                        .withMap(
                                "metadata",
                                metadata -> metadata.with(
                                        "labels", MapValue.of("rbac.authorization.k8s.io/aggregate-to-" + to, "true")))
                        .with(
                                "rules",
                                ListValue.of(
                                        rule(GitResources.GROUP, "repositories", verbs),
                                        rule(GitResources.GROUP, "commitstatuses", "get,list,watch"),
                                        rule(PipelineResources.GROUP, "pipelineruns", verbs)))));
    }

    private void serve() {
        Clock clock = config.clock();
        Path folder = config.directory().resolve("git");
        Client client = server.client(UserInfo.of(USER, UserInfo.AUTHENTICATED));
        Repositories repositories = new Repositories(client, new RepositoryStore(folder.resolve("repositories")));
        CertificateAndKey self = server.pki().client("pipelines", USER, List.of());
        HttpTransport streams = new HttpTransport(Connection.withCertificate(
                URI.create(server.url()), server.pki().authorityPem(), self.certificatePem(), self.keyPem()));
        parts.add(streams);
        ImageStore images = ImageStore.open(config.images());
        Path cache = folder.resolve("cache");
        BuildSandbox sandbox =
                new RuntimeBuildSandbox(cache.resolve("dockerfile").resolve("sandbox"), clock);
        parts.add(sandbox);
        String[] url = {""};
        RunContext context = new RunContext(
                client,
                namespace -> server.client(UserInfo.ofServiceAccount(namespace, PipelineResources.ACCOUNT)),
                repositories,
                reader,
                new StreamedCommands(new PodStreams(streams)),
                folder.resolve("runs"),
                images,
                cache,
                sandbox,
                registry,
                () -> address,
                path -> url[0] + path,
                new HostRunnerImage(images),
                clock);
        GitService service = new GitService(
                new ReviewedAccess(client, this::user),
                repositories,
                GitLimits.USUAL,
                new PushPipelines(context, FOLLOW));
        GitHttpServer http = http(service);
        parts.add(http);
        url[0] = "https://" + address + ":" + http.port();
        advertise(Map.of("url", url[0], "ca.crt", server.pki().authorityPem()));
        InformerFactory informers = new InformerFactory(client, server.supervisor(), clock, new SecureRandom());
        parts.add(informers);
        RunController runs = new RunController(context, informers, server.supervisor());
        parts.add(runs);
        informers.informer(GitResources.REPOSITORIES).addHandler(new EventHandler<AnyObject>() {
            @Override
            public void added(AnyObject repository) {
                tellUrl(client, repository, url[0]);
            }
        });
        informers.informer(GitResources.SSH_KEYS).addHandler(new EventHandler<AnyObject>() {
            @Override
            public void added(AnyObject key) {
                ssh(service, folder.resolve("ssh_host_key"), url[0]);
            }
        });
        informers.start();
        runs.start();
        LOG.info("git repositories are served at {}", url[0]);
    }

    private GitHttpServer http(GitService service) {
        CertificateAndKey pair = server.pki().registryServer(List.of(address));
        ServerKeys keys = new ServerKeys(pair.key(), List.of(pair.certificate()));
        server.supervisor().group("certificates").every(CERTIFICATES_EACH, "git", self -> {
            CertificateAndKey current = server.pki().registryServer(List.of(address));
            keys.replace(current.key(), List.of(current.certificate()));
        });
        X509Certificate authority = server.pki().authority();
        try {
            return GitHttpServer.start(service, address, USUAL_PORT, keys, authority);
        } catch (IllegalStateException e) {
            return GitHttpServer.start(service, address, 0, keys, authority); // another cluster has it
        }
    }

    private synchronized void ssh(GitService service, Path key, String url) {
        if (closed || ssh != null) {
            return;
        }
        GitSshServer started;
        try {
            started = GitSshServer.start(service, address, USUAL_SSH_PORT, key);
        } catch (IllegalStateException e) {
            started = GitSshServer.start(service, address, 0, key);
        }
        ssh = started;
        parts.add(started);
        advertise(Map.of(
                "url",
                url,
                "ca.crt",
                server.pki().authorityPem(),
                "sshURL",
                "ssh://git@" + address + ":" + started.port(),
                "sshHostKey",
                started.hostKey()));
    }

    private void tellUrl(Client client, AnyObject repository, String url) {
        String own = url + new RepositoryName(repository.namespace(), repository.name()).path();
        if (own.equals(repository.value().map("status").string("url"))) {
            return;
        }
        try {
            client.resource(GitResources.REPOSITORIES)
                    .in(repository.namespace())
                    .patchStatus(repository.name(), Patch.merge(MapValue.of("status", MapValue.of("url", own))));
        } catch (StatusException e) {
            LOG.debug("the URL of repository {} was not written", repository.name(), e); // it is gone already
        }
    }

    private void advertise(Map<String, String> data) {
        ResourceClient<ConfigMap> maps =
                server.client().resource(ConfigMap.KIND).in(NAMESPACE);
        ConfigMap there = maps.find(ADVERTISEMENT);
        if (there == null) {
            maps.create(ConfigMap.of(NAMESPACE, ADVERTISEMENT).withData(data));
        } else if (!there.data().equals(data)) {
            maps.update(there.withData(data));
        }
    }

    private Optional<GitUser> user(X509Certificate certificate) {
        Credentials credentials = new Credentials(new ClientCertificate(certificate), header -> null);
        return server.authenticator().authenticate(credentials) instanceof Authentication.Authenticated proof
                        && !proof.user().equals(UserInfo.ANONYMOUS)
                ? Optional.of(new GitUser(
                        proof.user().name(),
                        Objects.requireNonNullElse(proof.user().uid(), ""),
                        List.copyOf(proof.user().groups())))
                : Optional.empty();
    }

    @Override
    public void close() {
        List<AutoCloseable> all;
        synchronized (this) {
            closed = true;
            all = List.copyOf(parts);
        }
        for (AutoCloseable part : all.reversed()) {
            try {
                part.close();
            } catch (Exception e) {
                LOG.warn("{} did not end well", part, e);
            }
        }
    }
}
