package dev.proa.cluster;

import dev.proa.client.Client;
import dev.proa.client.clock.Clock;
import dev.proa.client.informer.InformerFactory;
import dev.proa.client.reconcile.Controller;
import dev.proa.client.reconcile.Reconciler.Result;
import dev.proa.client.supervision.Supervisor;
import dev.proa.delivery.analysis.AnalysisRunController;
import dev.proa.delivery.analysis.RequestReader;
import dev.proa.delivery.argo.InstalledDefinitions;
import dev.proa.delivery.entry.EntryServices;
import dev.proa.delivery.entry.RequestMetrics;
import dev.proa.delivery.experiment.ExperimentController;
import dev.proa.delivery.rollout.RolloutController;
import dev.proa.delivery.sequential.RequestCounts;
import dev.proa.delivery.traffic.EntryRouterFactory;
import dev.proa.delivery.traffic.GatewayRouterFactory;
import dev.proa.delivery.traffic.TrafficRouterFactory;
import dev.proa.server.auth.UserInfo;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Brings careful updates to a cluster that is ready: in the background first the definitions of their kinds and the rights of their controllers, and
 * once the kinds are served the controllers, which act as a service account of their own.
 */
final class Deliveries implements AutoCloseable {
    private static final String NAME = "deliveries";
    private static final Duration SERVED_SOON = Duration.ofMillis(200);

    private final Client administrator;
    private final Client client;
    private final Supervisor supervisor;
    private final Clock clock;
    private final RandomGenerator random;
    private final String entryAddress;
    private final PrometheusRegistry metrics;
    private final InformerFactory informers;
    private final Controller<String> starter;
    private final List<AutoCloseable> controllers = new ArrayList<>();
    private boolean closed;

    private Deliveries(
            Function<UserInfo, Client> clients,
            Client administrator,
            Supervisor supervisor,
            Clock clock,
            RandomGenerator random,
            String entryAddress,
            PrometheusRegistry metrics) {
        this.random = random;
        this.entryAddress = entryAddress;
        this.metrics = metrics;
        this.administrator = administrator;
        this.client = clients.apply(UserInfo.ofServiceAccount("kube-system", DeliveryGrants.ACCOUNT));
        this.supervisor = supervisor;
        this.clock = clock;
        informers = new InformerFactory(client, supervisor, clock, random);
        starter = Controller.named(NAME, supervisor, clock, key -> bring());
    }

    /**
     * Begins, and returns at once.
     *
     * @param entryAddress where nodes reach this process, for the entry proxy; empty when there are no pods that it could reach
     * @param metrics gets those of the entry proxy
     */
    static Deliveries start(
            Function<UserInfo, Client> clients,
            Client administrator,
            Supervisor supervisor,
            Clock clock,
            RandomGenerator random,
            String entryAddress,
            PrometheusRegistry metrics) {
        Deliveries deliveries =
                new Deliveries(clients, administrator, supervisor, clock, random, entryAddress, metrics);
        deliveries.starter.queue().add(NAME);
        deliveries.starter.start();
        return deliveries;
    }

    private Result bring() {
        InstalledDefinitions.install(administrator);
        new DeliveryGrants(administrator).make();
        if (!InstalledDefinitions.areServed(administrator)) {
            return Result.after(SERVED_SOON);
        }
        startControllers();
        return Result.DONE;
    }

    private synchronized void startControllers() {
        if (closed || !controllers.isEmpty()) {
            return;
        }
        List<TrafficRouterFactory> routers =
                List.of(new EntryRouterFactory(client, clock), new GatewayRouterFactory(client, clock));
        RolloutController rollouts = new RolloutController(client, informers, supervisor, clock, routers);
        controllers.add(rollouts);
        EntryServices entry =
                entryAddress.isEmpty() ? null : new EntryServices(client, informers, supervisor, entryAddress, random);
        if (entry != null) {
            controllers.add(entry);
            metrics.register(entry.metrics());
        }
        AnalysisRunController analyses =
                new AnalysisRunController(client, informers, supervisor, clock, requests(entry));
        controllers.add(analyses);
        ExperimentController experiments = new ExperimentController(client, informers, supervisor, clock);
        controllers.add(experiments);
        informers.start();
        rollouts.start();
        analyses.start();
        experiments.start();
        if (entry != null) {
            entry.start();
        }
    }

    /** What the entry proxy has counted, for the analyses of updates. */
    private static RequestReader requests(@Nullable EntryServices entry) {
        return (namespace, service, version) -> {
            RequestMetrics.Totals totals =
                    entry == null ? RequestMetrics.Totals.NONE : entry.metrics().totals(namespace, service, version);
            return new RequestCounts(totals.requests(), totals.errors(), RequestMetrics.BOUNDS, totals.buckets());
        };
    }

    @Override
    public void close() throws Exception {
        starter.close();
        List<AutoCloseable> started;
        synchronized (this) {
            closed = true;
            started = List.copyOf(controllers);
        }
        for (AutoCloseable controller : started.reversed()) {
            controller.close();
        }
        informers.close();
    }
}
