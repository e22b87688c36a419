package dev.proa.embedded.aggregator;

import dev.proa.api.apiregistration.v1.APIService;
import dev.proa.api.core.v1.Service;
import dev.proa.api.discovery.v1.EndpointSlice;
import dev.proa.client.ResourceClient;
import dev.proa.client.informer.Informer;
import dev.proa.client.informer.InformerFactory;
import dev.proa.client.reconcile.Controller;
import dev.proa.client.reconcile.Reconciler.Result;
import dev.proa.embedded.aggregator.ApiServiceConditions.Verdict;
import dev.proa.embedded.aggregator.RemoteDocuments.Discovery;
import dev.proa.embedded.aggregator.RemoteDocuments.OpenApi;
import dev.proa.server.aggregator.RemoteApi;
import dev.proa.server.webhook.ServiceResolver;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/** Watches over extension API servers: says whether they are available, and keeps what they say of themselves. */
final class RemoteServers implements AutoCloseable {
    private static final Duration LOOK_AGAIN = Duration.ofSeconds(30);
    private static final Duration READ_AGAIN = Duration.ofMinutes(1);
    private static final Duration FIRST_RETRY = Duration.ofMillis(200);
    private static final int WORKERS = 5;

    private final Aggregation.Parts parts;
    private final Informer<APIService> services;
    private final ResourceClient<APIService> client;
    private final ServedApiServices served;
    private final InformerFactory informers;
    private final Availability availability;
    private final RemoteDocuments documents;
    private final UnavailableMetrics metrics;
    private final Controller<String> checks;
    private final Controller<String> discoveries;
    private final Controller<String> openApis;
    private final Map<String, Duration> checkPauses = new ConcurrentHashMap<>();
    private final Map<String, Duration> discoveryPauses = new ConcurrentHashMap<>();
    private final Map<String, Duration> openApiPauses = new ConcurrentHashMap<>();

    RemoteServers(
            Aggregation.Parts parts,
            Informer<APIService> services,
            ResourceClient<APIService> client,
            ServedApiServices served) {
        this.parts = parts;
        this.services = services;
        this.client = client;
        this.served = served;
        ServiceResolver resolver = new ServiceResolver(parts.random());
        availability = new Availability(parts.store(), resolver, parts.clients());
        documents = new RemoteDocuments(parts.store(), resolver, parts.clients());
        metrics = new UnavailableMetrics(parts.metrics().registry());
        informers = new InformerFactory(parts.client(), parts.supervisor(), parts.clock(), parts.random());
        checks = Controller.<String>named("apiservice-availability", parts.supervisor(), parts.clock(), this::check)
                .workers(WORKERS)
                .watchAll(
                        informers.informer(Service.KIND),
                        (service, names) -> behind(service.namespace(), service.name(), names))
                .watchAll(
                        informers.informer(EndpointSlice.KIND),
                        (slice, names) -> behind(
                                slice.namespace(),
                                slice.labels().getOrDefault("kubernetes.io/service-name", ""),
                                names));
        discoveries = Controller.<String>named(
                        "apiservice-discovery", parts.supervisor(), parts.clock(), this::readDiscovery)
                .workers(WORKERS);
        openApis = Controller.<String>named("apiservice-openapi", parts.supervisor(), parts.clock(), this::readOpenApi)
                .workers(WORKERS);
    }

    void start() {
        informers.start();
        checks.start();
        discoveries.start();
        openApis.start();
    }

    /** An API service has changed, or is gone. */
    void changed(String name) {
        checks.queue().add(name);
        discoveries.queue().add(name);
        openApis.queue().add(name);
    }

    /** Tells the API services that a service serves. */
    private void behind(String namespace, String service, Consumer<String> names) {
        for (APIService candidate : services.list()) {
            RemoteApi api = served.remote(candidate.name());
            if (api != null
                    && api.namespace().equals(namespace)
                    && api.service().equals(service)) {
                names.accept(candidate.name());
            }
        }
    }

    private Result check(String name) throws InterruptedException {
        APIService service = services.get("", name);
        RemoteApi api = served.remote(name);
        if (service == null || api == null) {
            checkPauses.remove(name);
            metrics.forget(name);
            return Result.DONE;
        }
        Verdict verdict = availability.check(service, api);
        APIService after =
                ApiServiceConditions.with(service, verdict, parts.clock().instant());
        metrics.set(name, verdict.isGood());
        if (after != service) {
            client.updateStatus(after); // a conflict: there is a later state, which is checked then
        }
        return again(checkPauses, name, verdict.isGood(), LOOK_AGAIN);
    }

    private Result readDiscovery(String name) {
        RemoteApi api = served.remote(name);
        if (api == null) {
            discoveryPauses.remove(name);
            return Result.DONE;
        }
        Discovery told = documents.discovery(api);
        served.documents(name, api, before -> before.withDiscovery(told.entry(), told.answered()));
        return again(discoveryPauses, name, told.answered(), READ_AGAIN);
    }

    private Result readOpenApi(String name) {
        RemoteApi api = served.remote(name);
        if (api == null) {
            openApiPauses.remove(name);
            return Result.DONE;
        }
        OpenApi told = documents.openApi(api);
        served.documents(name, api, before -> before.withOpenApi(told.paths(), told.swagger()));
        return again(openApiPauses, name, told.answered(), READ_AGAIN);
    }

    /** Later when all is well; soon, and then less and less soon, when it is not. */
    private static Result again(Map<String, Duration> pauses, String name, boolean good, Duration later) {
        if (good) {
            pauses.remove(name);
            return Result.after(later);
        }
        Duration pause = pauses.merge(
                name,
                FIRST_RETRY,
                (before, first) -> before.compareTo(later.dividedBy(2)) < 0 ? before.multipliedBy(2) : later);
        return Result.after(pause);
    }

    @Override
    public void close() {
        checks.close();
        discoveries.close();
        openApis.close();
        informers.close();
    }
}
