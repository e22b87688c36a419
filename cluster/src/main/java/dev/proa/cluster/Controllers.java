package dev.proa.cluster;

import dev.proa.client.Client;
import dev.proa.client.clock.Clock;
import dev.proa.client.informer.InformerFactory;
import dev.proa.control.ControllerManager;
import dev.proa.control.scheduler.Scheduler;
import dev.proa.control.shared.ControlContext;
import dev.proa.server.metrics.ServerMetrics;
import java.util.random.RandomGenerator;

/** The controllers and the scheduler of a cluster, each with its own identity. */
final class Controllers implements AutoCloseable {
    private final ControllerManager manager;
    private final Scheduler scheduler;
    private final InformerFactory schedulerInformers;

    private Controllers(ControllerManager manager, Scheduler scheduler, InformerFactory schedulerInformers) {
        this.manager = manager;
        this.scheduler = scheduler;
        this.schedulerInformers = schedulerInformers;
    }

    static Controllers start(
            Client manager, Client scheduler, String authorityPem, Clock clock, RandomGenerator random) {
        InformerFactory schedulerInformers = new InformerFactory(scheduler, clock, random);
        Controllers controllers = new Controllers(
                new ControllerManager(manager, clock, random, authorityPem),
                new Scheduler(ControlContext.of(scheduler, schedulerInformers, clock, random)),
                schedulerInformers);
        controllers.manager.start();
        schedulerInformers.start();
        controllers.scheduler.start();
        return controllers;
    }

    /** Exports their metrics. */
    void tell(ServerMetrics metrics) {
        ControlMetrics.register(metrics.registry(), manager::stats, scheduler::stats);
    }

    @Override
    public void close() {
        scheduler.close();
        schedulerInformers.close();
        manager.close();
    }
}
