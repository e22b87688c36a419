package dev.proa.control;

import dev.proa.client.Client;
import dev.proa.client.clock.Clock;
import dev.proa.client.informer.InformerFactory;
import dev.proa.client.reconcile.Controller;
import dev.proa.control.deployment.DeploymentController;
import dev.proa.control.endpointslice.EndpointSliceController;
import dev.proa.control.endpointslice.EndpointSliceMirroringController;
import dev.proa.control.endpointslice.EndpointsController;
import dev.proa.control.garbage.GarbageCollector;
import dev.proa.control.namespace.NamespaceController;
import dev.proa.control.node.NodeLifecycleController;
import dev.proa.control.node.TaintEvictionController;
import dev.proa.control.podgc.PodGarbageCollector;
import dev.proa.control.replicaset.ReplicaSetController;
import dev.proa.control.serviceaccount.RootCaPublisher;
import dev.proa.control.serviceaccount.ServiceAccountController;
import dev.proa.control.shared.ControlContext;
import dev.proa.control.shared.ControlLoop;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/**
 * Runs all controllers on shared informers.
 *
 * <pre>{@code
 * try (var manager = new ControllerManager(client, Clock.system(), RandomGenerator.getDefault(), caPem)) {
 *     manager.start();
 *     ...
 * }
 * }</pre>
 */
public final class ControllerManager implements AutoCloseable {
    private final InformerFactory informers;
    private final ControlContext context;
    private final List<ControlLoop> loops = new ArrayList<>();

    /** @param authority PEM of the API server's certificate authority, for pods to know it by */
    public ControllerManager(Client client, Clock clock, RandomGenerator random, String authority) {
        this(client, new InformerFactory(client, clock, random), clock, random, authority);
    }

    /** As the other one, on informers that somebody else uses too; they are started and closed with this manager. */
    public ControllerManager(
            Client client, InformerFactory informers, Clock clock, RandomGenerator random, String authority) {
        this.informers = informers;
        this.context = ControlContext.of(client, informers, clock, random);
        loops.add(new ServiceAccountController(context));
        loops.add(new RootCaPublisher(context, authority));
        loops.add(new NamespaceController(context));
        loops.add(new ReplicaSetController(context));
        loops.add(new DeploymentController(context));
        loops.add(new EndpointSliceController(context));
        loops.add(new EndpointSliceMirroringController(context));
        loops.add(new EndpointsController(context));
        loops.add(new GarbageCollector(context));
        loops.add(new NodeLifecycleController(context));
        loops.add(new TaintEvictionController(context));
        loops.add(new PodGarbageCollector(context));
    }

    /** What the controllers run in, for others that want to share it. */
    public ControlContext context() {
        return context;
    }

    /** Starts all controllers; each begins as soon as it knows enough. Returns at once. */
    public void start() {
        informers.start();
        loops.forEach(ControlLoop::start);
    }

    /** How each controller is doing, by its name. */
    public Map<String, Controller.Stats> stats() {
        Map<String, Controller.Stats> stats = new LinkedHashMap<>();
        for (ControlLoop loop : loops) {
            for (Controller<?> controller : loop.controllers()) {
                stats.put(controller.name(), controller.stats());
            }
        }
        return stats;
    }

    /** Stops all controllers and their informers. Idempotent. */
    @Override
    public void close() {
        loops.forEach(ControlLoop::close);
        informers.close();
    }
}
