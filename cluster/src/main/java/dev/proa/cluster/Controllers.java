package dev.proa.cluster;

import dev.proa.client.Client;
import dev.proa.client.clock.Clock;
import dev.proa.client.informer.InformerFactory;
import dev.proa.control.deployment.DeploymentController;
import dev.proa.control.replicaset.ReplicaSetController;
import dev.proa.control.scheduler.Scheduler;
import dev.proa.control.shared.ControlContext;
import dev.proa.control.shared.ControlLoop;
import java.util.List;
import java.util.random.RandomGenerator;

/** The controllers and the scheduler of a cluster, each with its own identity. */
final class Controllers implements AutoCloseable {
    private final List<ControlLoop> loops;
    private final List<InformerFactory> informers;

    private Controllers(List<ControlLoop> loops, List<InformerFactory> informers) {
        this.loops = loops;
        this.informers = informers;
    }

    static Controllers start(
            Client manager, Client scheduler, String authorityPem, Clock clock, RandomGenerator random) {
        InformerFactory managerInformers = new InformerFactory(manager, clock, random);
        InformerFactory schedulerInformers = new InformerFactory(scheduler, clock, random);
        ControlContext context = ControlContext.of(manager, managerInformers, clock, random);
        ControlContext schedulerContext = ControlContext.of(scheduler, schedulerInformers, clock, random);
        List<ControlLoop> loops = List.of(
                new DeploymentController(context), new ReplicaSetController(context), new Scheduler(schedulerContext));
        managerInformers.start();
        schedulerInformers.start();
        loops.forEach(ControlLoop::start);
        return new Controllers(loops, List.of(managerInformers, schedulerInformers));
    }

    @Override
    public void close() {
        loops.reversed().forEach(ControlLoop::close);
        informers.forEach(InformerFactory::close);
    }
}
