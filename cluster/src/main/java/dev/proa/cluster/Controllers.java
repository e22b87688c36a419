package dev.proa.cluster;

import dev.proa.client.Client;
import dev.proa.client.clock.Clock;
import dev.proa.client.informer.InformerFactory;
import dev.proa.client.supervision.Supervisor;
import dev.proa.control.ControllerManager;
import dev.proa.control.autoscaling.AutoscalerConfig;
import dev.proa.control.scheduler.Scheduler;
import dev.proa.control.scheduler.configuration.SchedulerConfiguration;
import dev.proa.control.shared.ControlContext;
import dev.proa.server.auth.UserInfo;
import dev.proa.server.metrics.ServerMetrics;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.random.RandomGenerator;

/** The controllers and the scheduler of a cluster, each with its own identity. */
final class Controllers implements AutoCloseable {
    private final ControllerManager manager;
    private final Scheduler scheduler;
    private final ControlContext schedulerContext;

    private Controllers(ControllerManager manager, Scheduler scheduler, ControlContext schedulerContext) {
        this.manager = manager;
        this.scheduler = scheduler;
        this.schedulerContext = schedulerContext;
    }

    /**
     * Starts them.
     *
     * @param clients gives the client of a user
     * @param scheduling how the scheduler is configured
     * @param autoscaling how the HorizontalPodAutoscaler controller is configured
     * @param more makes further controllers
     */
    static Controllers start(
            Function<UserInfo, Client> clients,
            String authorityPem,
            Supervisor supervisor,
            Clock clock,
            RandomGenerator random,
            SchedulerConfiguration scheduling,
            AutoscalerConfig autoscaling,
            List<Consumer<ControlContext>> more) {
        Client scheduler = clients.apply(UserInfo.of("system:kube-scheduler"));
        InformerFactory schedulerInformers = new InformerFactory(scheduler, supervisor, clock, random);
        ControlContext schedulerContext = new ControlContext(scheduler, schedulerInformers, supervisor, clock, random);
        Controllers controllers = new Controllers(
                new ControllerManager(
                        clients.apply(UserInfo.of("system:kube-controller-manager")),
                        account -> clients.apply(UserInfo.ofServiceAccount("kube-system", account)),
                        supervisor,
                        clock,
                        random,
                        authorityPem,
                        autoscaling),
                new Scheduler(schedulerContext, scheduling),
                schedulerContext);
        more.forEach(maker -> maker.accept(controllers.manager.context()));
        controllers.manager.start();
        schedulerInformers.start();
        controllers.scheduler.start();
        return controllers;
    }

    /** The informers that the controllers share. */
    InformerFactory informers() {
        return manager.context().informers();
    }

    /** Exports their metrics. */
    void tell(ServerMetrics metrics) {
        ControlMetrics.register(metrics.registry(), manager::stats);
        ControlMetrics.registerAll(metrics.registry(), manager.context().metrics());
        ControlMetrics.registerAll(metrics.registry(), schedulerContext.metrics());
        ControlMetrics.registerHandlers(
                metrics.registry(),
                () -> manager.context().informers().handlerFailures()
                        + schedulerContext.informers().handlerFailures());
    }

    @Override
    public void close() {
        scheduler.close();
        schedulerContext.informers().close();
        manager.close();
    }
}
