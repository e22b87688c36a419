package dev.proa.node.agent;

import dev.proa.api.core.v1.ConfigMap;
import dev.proa.api.status.StatusException;
import dev.proa.client.Client;
import dev.proa.client.Transport.TransportException;
import dev.proa.client.http.Connection;
import dev.proa.image.registry.RegistryMirror;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the registry of a node's cluster, which the node asks as a mirror with the identity that it has at the API server. While the API server
 * cannot be reached, it is the one that was found last. Thread-safe.
 */
final class MirrorLookup implements Supplier<@Nullable RegistryMirror> {
    private static final Logger LOG = LoggerFactory.getLogger(MirrorLookup.class);

    private final RegistrySource source;
    private final Client client;
    private final Supplier<Connection> connection;
    private @Nullable Connection used;
    private @Nullable SSLContext tls;
    private volatile @Nullable RegistryMirror last;

    MirrorLookup(RegistrySource source, Client client, Supplier<Connection> connection) {
        this.source = source;
        this.client = client;
        this.connection = connection;
    }

    @Override
    public @Nullable RegistryMirror get() {
        return switch (source) {
            case RegistrySource.None() -> null;
            case RegistrySource.At at -> new RegistryMirror(at.url(), tls(), "");
            case RegistrySource.Advertised() -> advertised();
        };
    }

    private @Nullable RegistryMirror advertised() {
        try {
            ConfigMap map = client.resource(ConfigMap.KIND)
                    .in(AdvertisedRegistry.NAMESPACE)
                    .find(AdvertisedRegistry.NAME);
            AdvertisedRegistry told = map == null ? null : AdvertisedRegistry.of(map);
            last = told == null ? null : new RegistryMirror(told.url(), tls(), told.host());
        } catch (StatusException | TransportException e) {
            LOG.warn("The cluster does not tell where its registry is: {}", e.getMessage());
        } catch (IllegalArgumentException e) {
            LOG.warn(
                    "ConfigMap {} in {} is of no use: {}",
                    AdvertisedRegistry.NAME,
                    AdvertisedRegistry.NAMESPACE,
                    e.getMessage());
            last = null;
        }
        return last;
    }

    /** With the certificate that the node has now. */
    private synchronized SSLContext tls() {
        Connection current = connection.get();
        SSLContext context = tls;
        if (context == null || !current.equals(used)) {
            context = current.tls();
            tls = context;
            used = current;
        }
        return context;
    }
}
