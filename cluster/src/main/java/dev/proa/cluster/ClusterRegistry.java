package dev.proa.cluster;

import dev.proa.api.core.v1.ConfigMap;
import dev.proa.client.Client;
import dev.proa.client.ResourceClient;
import dev.proa.embedded.EmbeddedApiServer;
import dev.proa.http.ServerKeys;
import dev.proa.image.ImageFailure;
import dev.proa.image.store.ImageStore;
import dev.proa.image.tar.UnpackLimits;
import dev.proa.node.agent.AdvertisedRegistry;
import dev.proa.registry.RegistryServer;
import dev.proa.registry.RegistrySettings;
import dev.proa.registry.RegistryTls;
import dev.proa.server.metrics.ServerMetrics;
import dev.proa.server.pki.CertificateAndKey;
import io.prometheus.metrics.core.metrics.CounterWithCallback;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * The image registry of a cluster, over the images of its nodes. By HTTPS it takes the cluster's identities ({@link RegistryUsers}). If anonymous
 * access was asked for, it also listens by plain HTTP, on its usual port, for everybody on this machine.
 */
public final class ClusterRegistry implements AutoCloseable {
    private static final Duration CERTIFICATES_EACH = Duration.ofSeconds(10);
    private static final Duration EXPIRE_EACH = Duration.ofMinutes(1);
    /** Where and how a cluster tells tools of its registry (KEP-1755). */
    private static final String NAMESPACE = AdvertisedRegistry.NAMESPACE;

    private static final String ADVERTISEMENT = "local-registry-hosting";
    private static final String ADVERTISED = "localRegistryHosting.v1";

    private final RegistryServer server;
    private final String url;
    private final String secureUrl;

    private ClusterRegistry(RegistryServer server, String url, String secureUrl) {
        this.server = server;
        this.url = url;
        this.secureUrl = secureUrl;
    }

    /**
     * Starts it.
     *
     * @param images directory of the image store
     * @param address a loopback address
     * @throws IllegalStateException when the port is taken and has to be that
     */
    static ClusterRegistry start(
            EmbeddedApiServer cluster, ClusterConfig.Registry wanted, Path images, String address) {
        String name = address.equals("127.0.0.1") ? "localhost" : address;
        RegistryServer server = new RegistryServer(
                ImageStore.open(images),
                new RegistryUsers(cluster.authenticator(), cluster.authorizer(), wanted.anonymous()),
                RegistrySettings.of(name).withMaxBlobBytes(maxBlobBytes()));
        boolean started = false;
        try {
            ClusterRegistry registry = start(cluster, server, wanted, address);
            started = true;
            return registry;
        } finally {
            if (!started) {
                server.close();
            }
        }
    }

    private static long maxBlobBytes() {
        try {
            return UnpackLimits.of(System.getenv()).imageBytes();
        } catch (ImageFailure e) {
            throw new IllegalStateException(e.getMessage(), e);
        }
    }

    private static ClusterRegistry start(
            EmbeddedApiServer cluster, RegistryServer server, ClusterConfig.Registry wanted, String address) {
        CertificateAndKey pair = cluster.pki().registryServer(List.of(address));
        ServerKeys keys = new ServerKeys(pair.key(), List.of(pair.certificate()));
        RegistryTls tls = new RegistryTls(keys, cluster.pki().authority());
        String url;
        String secureUrl;
        if (wanted.anonymous()) {
            url = "http://" + address + ":" + server.listen(address, wanted.port(), wanted.anyPort(), null);
            secureUrl = "https://" + address + ":" + server.listen(address, 0, false, tls);
        } else {
            url = "https://" + address + ":" + server.listen(address, wanted.port(), wanted.anyPort(), tls);
            secureUrl = url;
        }
        cluster.supervisor().group("registry").every(EXPIRE_EACH, "registry-uploads", self -> server.expireUploads());
        cluster.supervisor().group("certificates").every(CERTIFICATES_EACH, "registry", self -> {
            CertificateAndKey current = cluster.pki().registryServer(List.of(address));
            keys.replace(current.key(), List.of(current.certificate()));
        });
        register(cluster.metrics(), server);
        advertise(cluster.client(), wanted.anonymous() ? server.host() : "");
        write(cluster.client(), new AdvertisedRegistry(URI.create(secureUrl), server.host()).toConfigMap());
        return new ClusterRegistry(server, url, secureUrl);
    }

    private static void register(ServerMetrics metrics, RegistryServer server) {
        CounterWithCallback.builder()
                .name("registry_http_requests_total")
                .help(
                        "Number of requests to the image registry, by method and status code; code 0 for those that were not answered.")
                .labelNames("method", "code")
                .callback(counter -> server.statistics()
                        .answers()
                        .forEach((answer, count) ->
                                counter.call(count, answer.method(), Integer.toString(answer.status()))))
                .register(metrics.registry());
        CounterWithCallback.builder()
                .name("registry_sent_bytes_total")
                .help("Bytes of manifests, blobs and lists that the image registry has sent.")
                .callback(counter -> counter.call(server.statistics().sentBytes()))
                .register(metrics.registry());
        GaugeWithCallback.builder()
                .name("registry_uploads")
                .help("Number of uploads to the image registry that have begun and not ended.")
                .callback(gauge -> gauge.call(server.openUploads()))
                .register(metrics.registry());
    }

    /** Tells tools such as Tilt and Skaffold to push here, as long as they need no credentials for it; {@code host} is empty when they do. */
    private static void advertise(Client client, String host) {
        if (!host.isEmpty()) {
            write(
                    client,
                    ConfigMap.of(NAMESPACE, ADVERTISEMENT).withData(Map.of(ADVERTISED, "host: \"" + host + "\"\n")));
            return;
        }
        ResourceClient<ConfigMap> maps = client.resource(ConfigMap.KIND).in(NAMESPACE);
        if (maps.find(ADVERTISEMENT) != null) {
            maps.delete(ADVERTISEMENT);
        }
    }

    private static void write(Client client, ConfigMap wanted) {
        ResourceClient<ConfigMap> maps = client.resource(ConfigMap.KIND).in(wanted.namespace());
        ConfigMap there = maps.find(wanted.name());
        if (there == null) {
            maps.create(wanted);
        } else if (!there.data().equals(wanted.data())) {
            maps.update(there.withData(wanted.data()));
        }
    }

    /** By which the names of its repositories begin in pods, as in {@code localhost:5001}. */
    public String host() {
        return server.host();
    }

    /** The port of {@link #url}. */
    public int port() {
        return URI.create(url).getPort();
    }

    /** Its URL, as in {@code https://127.0.0.1:5001}; with anonymous access {@code http://127.0.0.1:5001}. */
    public String url() {
        return url;
    }

    /** Its URL for those who prove their identity, always by HTTPS. */
    public String secureUrl() {
        return secureUrl;
    }

    @Override
    public void close() {
        server.close();
    }
}
