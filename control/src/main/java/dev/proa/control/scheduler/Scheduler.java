package dev.proa.control.scheduler;

import dev.proa.api.core.v1.Node;
import dev.proa.api.core.v1.Pod;
import dev.proa.client.informer.Informer;
import dev.proa.client.informer.InformerFactory;
import dev.proa.client.supervision.Loop;
import dev.proa.client.supervision.Supervisor;
import dev.proa.control.scheduler.cache.SchedulerCache;
import dev.proa.control.scheduler.framework.Framework;
import dev.proa.control.scheduler.framework.PodNominator;
import dev.proa.control.scheduler.framework.PodsInBinding;
import dev.proa.control.scheduler.framework.Profile;
import dev.proa.control.scheduler.framework.QueuedPodInfo;
import dev.proa.control.scheduler.metrics.SchedulerMetrics;
import dev.proa.control.scheduler.plugin.DefaultPlugins;
import dev.proa.control.scheduler.queue.QueueingPlugins;
import dev.proa.control.scheduler.queue.SchedulingQueue;
import dev.proa.control.shared.ControlContext;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The scheduler: one thread chooses nodes, others bind.
 *
 * <pre>
 *   informers ─► SchedulerCache ── snapshot ──┐
 *       │                                     ▼
 *       └─────► SchedulingQueue ─ pod ─► SchedulingCycle ─ assumed pod ─► BindingCycle ─► API
 *                     ▲                       │                               │
 *                     └──── FailureHandler ◄──┴───────────────────────────────┘
 * </pre>
 */
public final class Scheduler implements AutoCloseable {
    /** The scheduler of pods that do not choose one by {@code spec.schedulerName}. */
    public static final String NAME = "default-scheduler";

    private final Informer<Pod> pods;
    private final Informer<Node> nodes;
    private final Profiles profiles;
    private final SchedulingQueue queue;
    private final SchedulingCycle cycle;
    private final BindingCycle bindings;
    private final FailureHandler failures;
    private final SchedulingEvents events;
    private final SchedulerMetrics metrics;
    private final InformerFactory informers;
    private final Supervisor supervisor;
    private @Nullable Loop loop;

    public Scheduler(ControlContext context) {
        this(context, List.of(new Profile(NAME, DefaultPlugins.ALL)));
    }

    /** @param profiles whose QueueSort plugin must be the same */
    public Scheduler(ControlContext context, List<Profile> profiles) {
        this.metrics = new SchedulerMetrics(new PrometheusRegistry());
        this.pods = context.pods().informer();
        this.informers = context.informers();
        this.nodes = informers.informer(Node.KIND);
        this.supervisor = context.supervisor();
        this.events = new SchedulingEvents(context.client(), supervisor, context.clock());
        PodNominator nominator = new PodNominator();
        this.profiles = new Profiles(
                profiles,
                new Framework.Services(
                        context.client(),
                        context.informers(),
                        context.clock(),
                        context.random(),
                        nominator,
                        new PodsInBinding(context.clock()),
                        List.of(),
                        events,
                        metrics,
                        this::activate));
        SchedulerCache cache = new SchedulerCache();
        this.failures = new FailureHandler(context.client(), context.clock(), nominator, events, this::waiting);
        this.queue = new SchedulingQueue(
                context.clock(),
                new QueueingPlugins(this.profiles.all()),
                nominator,
                this::waiting,
                failures::gateFailed);
        this.bindings = new BindingCycle(cache, queue, failures, events);
        this.cycle = new SchedulingCycle(
                cache, queue, new Placement(context.random()), failures, bindings, this.profiles, this::waiting);
        InformerHandlers handlers = new InformerHandlers(cache, queue, this.profiles);
        nodes.addHandler(handlers.nodes());
        pods.addHandler(handlers.pods());
        ResourceHandlers.add(context.informers(), this.profiles, queue);
    }

    private void activate(Collection<Pod> some) {
        queue.activate(some);
    }

    /** How many pods wait for a node, and for what. */
    SchedulingQueue.Pending pending() {
        return queue.pending();
    }

    /**
     * How many pods wait, and what came of all attempts so far.
     *
     * @param active pods that are tried next
     * @param backoff pods that back off
     * @param unschedulable pods that wait for an event
     * @param gated pods that may not be tried yet
     * @param scheduled attempts that ended with a node
     * @param rejected attempts for which there was no node
     * @param failed attempts that went wrong
     */
    public record Stats(
            int active, int backoff, int unschedulable, int gated, long scheduled, long rejected, long failed) {}

    /** The numbers behind the scheduler's metrics. */
    public Stats stats() {
        SchedulingQueue.Pending pending = pending();
        return new Stats(
                pending.active(),
                pending.backoff(),
                pending.unschedulable(),
                pending.gated(),
                bindings.scheduled(),
                failures.rejected(),
                failures.failed());
    }

    /** Starts to work once its informers have synced. Returns at once. */
    public synchronized void start() {
        loop = supervisor.group(NAME).run("scheduling", this::run);
    }

    /** Stops working: what is being bound is bound, pods that wait for a permit are rejected. Idempotent. */
    @Override
    public synchronized void close() {
        queue.close();
        if (loop != null) {
            loop.close();
        }
        profiles.all().forEach(framework -> framework.binding().close());
        events.close();
    }

    private void run(Loop self) throws InterruptedException {
        informers.awaitSync(); // plugins have informers of their own
        for (QueuedPodInfo pod = queue.take(); pod != null; pod = queue.take()) {
            cycle.run(pod);
            self.succeeded();
        }
    }

    /** The pod as it is known now; null when it is another one, or needs no node from here. */
    private @Nullable Pod waiting(Pod pod) {
        Pod current = pods.get(pod.namespace(), pod.name());
        boolean waits = current != null && current.uid().equals(pod.uid()) && InformerHandlers.wants(current, profiles);
        return waits ? current : null;
    }
}
