package dev.proa.embedded.aggregator;

import dev.proa.api.apiregistration.v1.APIService;
import dev.proa.api.status.StatusException;
import dev.proa.client.Client;
import dev.proa.client.ResourceClient;
import dev.proa.client.clock.Clock;
import dev.proa.client.informer.EventHandler;
import dev.proa.client.informer.Informer;
import dev.proa.client.informer.InformerFactory;
import dev.proa.client.supervision.Supervisor;
import dev.proa.embedded.aggregator.ApiServiceConditions.Verdict;
import dev.proa.server.aggregator.ExtensionClients;
import dev.proa.server.authentication.Authenticators;
import dev.proa.server.catalog.ServedApis;
import dev.proa.server.metrics.ServerMetrics;
import dev.proa.server.store.Snapshot;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The controllers of API services: they register what this server serves, route what extension servers serve, watch over these, and tell
 * them whom to believe. All of it happens beside the server's start; what concerns extension servers is not there before there is one.
 * Thread-safe.
 */
public final class Aggregation implements AutoCloseable {
    /** How often to look whether the ConfigMap for extension servers is as it should be. */
    private static final Duration EACH = Duration.ofSeconds(10);

    private final Parts parts;
    private final InformerFactory informers;
    private final Informer<APIService> services;
    private final ResourceClient<APIService> client;
    private final ServedApiServices served;
    private final AutoRegistration registration;
    private final ExtensionAuthentication authentication;
    private @Nullable RemoteServers remotes;
    private boolean closed;

    /**
     * What the controllers work with.
     *
     * @param client acts as the server itself
     * @param apis where the API services are put in force
     * @param store reads the cluster's objects
     * @param clients reach extension servers
     * @param authenticators tell whom extension servers may believe
     * @param frontProxy the authority of the certificate that this server shows them
     */
    public record Parts(
            Client client,
            ServedApis apis,
            Supplier<Snapshot> store,
            ExtensionClients clients,
            Authenticators authenticators,
            X509Certificate frontProxy,
            Supervisor supervisor,
            Clock clock,
            RandomGenerator random,
            ServerMetrics metrics) {}

    public Aggregation(Parts parts) {
        this.parts = parts;
        informers = new InformerFactory(parts.client(), parts.supervisor(), parts.clock(), parts.random());
        services = informers.informer(APIService.KIND);
        client = parts.client().resource(APIService.KIND);
        served = new ServedApiServices(parts.apis(), parts.clients());
        registration = new AutoRegistration(parts.client(), services, parts.supervisor(), parts.clock());
        authentication = new ExtensionAuthentication(parts.client(), parts.authenticators(), parts.frontProxy());
        services.addHandler(new Follower());
    }

    /** Begins, once what the server serves by itself is served. Returns at once. */
    public void start() {
        parts.apis().addListener(registration::want);
        registration.want(parts.apis().current());
        informers.start();
        registration.start();
        parts.supervisor().group("extension-authentication").run("extension-authentication", self -> {
            while (!self.closed()) {
                authentication.reconcile();
                self.succeeded();
                parts.clock().sleep(EACH);
            }
        });
    }

    /** Puts API services in force as they change. */
    private final class Follower implements EventHandler<APIService> {
        @Override
        public void added(APIService service) {
            changed(service);
        }

        @Override
        public void updated(APIService before, APIService after) {
            changed(after);
        }

        @Override
        public void deleted(APIService last) {
            served.remove(last.name());
            RemoteServers known = remotes();
            if (known != null) {
                known.changed(last.name());
            }
        }
    }

    private void changed(APIService service) {
        served.put(service);
        if (service.value().map("spec").has("service")) {
            RemoteServers known = started();
            if (known != null) {
                known.changed(service.name());
            }
            return;
        }
        APIService local =
                ApiServiceConditions.with(service, Verdict.LOCAL, parts.clock().instant());
        if (local != service) {
            parts.supervisor().group("apiservice-local").run("local-" + service.name(), self -> write(local));
        }
        RemoteServers known = remotes();
        if (known != null) {
            known.changed(service.name());
        }
    }

    private void write(APIService service) {
        try {
            client.updateStatus(service);
        } catch (StatusException e) {
            if (e.code() != 404 && e.code() != 409) { // there is a later state, whose event does it
                throw e;
            }
        }
    }

    private synchronized @Nullable RemoteServers remotes() {
        return remotes;
    }

    private synchronized @Nullable RemoteServers started() {
        if (remotes == null && !closed) {
            remotes = new RemoteServers(parts, services, client, served);
            remotes.start();
        }
        return remotes;
    }

    @Override
    public void close() {
        RemoteServers known;
        synchronized (this) {
            closed = true;
            known = remotes;
        }
        if (known != null) {
            known.close();
        }
        registration.close();
        informers.close();
    }
}
