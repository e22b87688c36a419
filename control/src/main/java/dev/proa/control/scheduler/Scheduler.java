package dev.proa.control.scheduler;

import dev.proa.api.core.v1.Node;
import dev.proa.api.core.v1.Pod;
import dev.proa.client.informer.Informer;
import dev.proa.client.informer.InformerFactory;
import dev.proa.client.supervision.Loop;
import dev.proa.client.supervision.Supervisor;
import dev.proa.control.scheduler.cache.SchedulerCache;
import dev.proa.control.scheduler.configuration.SchedulerConfiguration;
import dev.proa.control.scheduler.extender.HttpExtender;
import dev.proa.control.scheduler.framework.Framework;
import dev.proa.control.scheduler.framework.PodNominator;
import dev.proa.control.scheduler.framework.PodsInBinding;
import dev.proa.control.scheduler.framework.Profile;
import dev.proa.control.scheduler.framework.QueuedPodInfo;
import dev.proa.control.scheduler.framework.SharedState;
import dev.proa.control.scheduler.metrics.SchedulerMetrics;
import dev.proa.control.scheduler.queue.Backoff;
import dev.proa.control.scheduler.queue.QueueingPlugins;
import dev.proa.control.scheduler.queue.SchedulingQueue;
import dev.proa.control.shared.ControlContext;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

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
    public static final String NAME = SchedulerConfiguration.DEFAULT_SCHEDULER;

    private static final Logger LOG = LoggerFactory.getLogger(Scheduler.class);

    private final Informer<Pod> pods;
    private final Informer<Node> nodes;
    private final Profiles profiles;
    private final SchedulingQueue queue;
    private final SchedulingCycle cycle;
    private final SchedulingEvents events;
    private final SchedulerMetrics metrics;
    private final List<HttpExtender> extenders;
    private final InformerFactory informers;
    private final Supervisor supervisor;
    private @Nullable Loop loop;

    public Scheduler(ControlContext context) {
        this(context, SchedulerConfiguration.DEFAULT);
    }

    /** @param profiles whose QueueSort plugin must be the same */
    public Scheduler(ControlContext context, List<Profile> profiles) {
        this(context, SchedulerConfiguration.of(profiles));
    }

    /** @throws IllegalArgumentException when a profile lacks a plugin that it needs, or has one where that cannot be */
    public Scheduler(ControlContext context, SchedulerConfiguration configuration) {
        configuration.notes().forEach(note -> LOG.info("Configuration of the scheduler: {}", note));
        this.pods = context.pods().informer();
        this.informers = context.informers();
        this.nodes = informers.informer(Node.KIND);
        this.supervisor = context.supervisor();
        this.events = new SchedulingEvents(context.client(), supervisor, context.clock());
        this.metrics = new SchedulerMetrics(context.metrics());
        this.extenders =
                configuration.extenders().stream().map(HttpExtender::new).toList();
        PodNominator nominator = new PodNominator();
        this.profiles = new Profiles(
                configuration.profiles(),
                new Framework.Services(
                        context.client(),
                        informers,
                        context.clock(),
                        context.random(),
                        nominator,
                        new PodsInBinding(context.clock()),
                        new SharedState(),
                        List.copyOf(extenders),
                        events,
                        metrics,
                        this::activate));
        SchedulerCache cache = new SchedulerCache();
        FailureHandler failures =
                new FailureHandler(context.client(), context.clock(), nominator, events, metrics, this::waiting);
        this.queue = new SchedulingQueue(
                context.clock(),
                new QueueingPlugins(this.profiles.all()),
                nominator,
                new Backoff(configuration.firstBackoff(), configuration.longestBackoff()),
                metrics,
                this::waiting,
                failures::gateFailed);
        Extenders asked = new Extenders(List.copyOf(extenders));
        ExtensionPointTimer timer = new ExtensionPointTimer(metrics, context.clock());
        BindingCycle bindings = new BindingCycle(cache, queue, failures, events, asked, timer);
        this.cycle = new SchedulingCycle(
                cache,
                queue,
                new Placement(context.random(), asked, timer, configuration.percentageOfNodesToScore()),
                failures,
                bindings,
                this.profiles,
                timer,
                this::waiting);
        InformerHandlers handlers = new InformerHandlers(cache, queue, this.profiles);
        nodes.addHandler(handlers.nodes());
        pods.addHandler(handlers.pods());
        ResourceHandlers.add(context.informers(), this.profiles, queue);
        registerGauges(cache, context.metrics());
    }

    private void registerGauges(SchedulerCache cache, PrometheusRegistry registry) {
        SchedulerMetrics.gauge(
                "pending_pods",
                "Number of pods that wait, by the queue that they are in.",
                registry,
                gauge -> {
                    SchedulingQueue.Pending pending = pending();
                    gauge.set(pending.active(), "active");
                    gauge.set(pending.backoff(), "backoff");
                    gauge.set(pending.unschedulable(), "unschedulable");
                    gauge.set(pending.gated(), "gated");
                },
                "queue");
        SchedulerMetrics.gauge(
                "unschedulable_pods",
                "Number of pods that each plugin keeps waiting.",
                registry,
                gauge -> queue.rejectors().forEach((by, count) -> gauge.set(count, by.plugin(), by.profile())),
                "plugin",
                "profile");
        SchedulerMetrics.gauge(
                "cache_size",
                "Number of nodes and pods in the scheduler's cache.",
                registry,
                gauge -> {
                    SchedulerCache.Size size = cache.size();
                    gauge.set(size.nodes(), "nodes");
                    gauge.set(size.pods(), "pods");
                    gauge.set(size.assumedPods(), "assumed_pods");
                },
                "type");
    }

    private void activate(Collection<Pod> some) {
        queue.activate(some);
    }

    /** How many pods wait for a node, and for what. */
    SchedulingQueue.Pending pending() {
        return queue.pending();
    }

    /**
     * What came of all attempts so far.
     *
     * @param scheduled attempts that ended with a node
     * @param rejected attempts for which there was no node
     * @param failed attempts that went wrong
     */
    record Stats(long scheduled, long rejected, long failed) {}

    Stats stats() {
        return new Stats(
                attempts(SchedulerMetrics.Result.SCHEDULED),
                attempts(SchedulerMetrics.Result.UNSCHEDULABLE),
                attempts(SchedulerMetrics.Result.ERROR));
    }

    private long attempts(SchedulerMetrics.Result result) {
        return profiles.all().stream()
                .mapToLong(framework -> metrics.attempts(result, framework.profile()))
                .sum();
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
        extenders.forEach(HttpExtender::close);
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
