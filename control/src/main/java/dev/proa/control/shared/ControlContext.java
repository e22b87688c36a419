package dev.proa.control.shared;

import dev.proa.client.Client;
import dev.proa.client.clock.Clock;
import dev.proa.client.informer.InformerFactory;
import dev.proa.client.reconcile.Controller;
import dev.proa.client.reconcile.EventRecorder;
import dev.proa.client.reconcile.RateLimiter;
import dev.proa.client.reconcile.Reconciler;
import dev.proa.client.supervision.Supervisor;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import java.util.random.RandomGenerator;

/**
 * Everything a controller needs: the client, the shared informers, the clock, and its queues, workers and event
 * recorders, which this context starts and closes. Controllers subscribe to informers when they are constructed and work from
 * {@link #start} on.
 */
public final class ControlContext implements AutoCloseable {
    private final Client client;
    private final Function<String, Client> accounts;
    private final InformerFactory informers;
    private final PodIndex pods;
    private final Supervisor supervisor;
    private final Clock clock;
    private final RandomGenerator random;
    private final PrometheusRegistry metrics;
    private final List<Controller<?>> controllers;
    private final List<EventRecorder> recorders;
    private final List<Runnable> closing;

    /**
     * A context whose controllers all act as one user.
     *
     * @param informers shared by all controllers, started after all of them were made, and closed by whoever made them
     * @param supervisor runs the workers
     */
    public ControlContext(
            Client client, InformerFactory informers, Supervisor supervisor, Clock clock, RandomGenerator random) {
        this(client, account -> client, informers, supervisor, clock, random);
    }

    /**
     * A context for controllers that act each as a service account of its own.
     *
     * @param accounts gives the client of a service account of {@code kube-system}, by its name
     */
    public ControlContext(
            Client client,
            Function<String, Client> accounts,
            InformerFactory informers,
            Supervisor supervisor,
            Clock clock,
            RandomGenerator random) {
        this.client = client;
        this.accounts = accounts;
        this.informers = informers;
        this.pods = PodIndex.of(informers);
        this.supervisor = supervisor;
        this.clock = clock;
        this.random = random;
        this.metrics = new PrometheusRegistry();
        this.controllers = new CopyOnWriteArrayList<>();
        this.recorders = new CopyOnWriteArrayList<>();
        this.closing = new CopyOnWriteArrayList<>();
    }

    private ControlContext(ControlContext shared, Client client) {
        this.client = client;
        this.accounts = shared.accounts;
        this.informers = shared.informers;
        this.pods = shared.pods;
        this.supervisor = shared.supervisor;
        this.clock = shared.clock;
        this.random = shared.random;
        this.metrics = shared.metrics;
        this.controllers = shared.controllers;
        this.recorders = shared.recorders;
        this.closing = shared.closing;
    }

    /** This context for a controller that acts as a service account of {@code kube-system}; informers and all else are shared. */
    public ControlContext as(String account) {
        return with(accounts.apply(account));
    }

    /** This context with another client; all else is shared. */
    public ControlContext with(Client other) {
        return new ControlContext(this, other);
    }

    public Client client() {
        return client;
    }

    public InformerFactory informers() {
        return informers;
    }

    /** The pods of the cluster, with the indexes that controllers share. */
    public PodIndex pods() {
        return pods;
    }

    public Supervisor supervisor() {
        return supervisor;
    }

    public Clock clock() {
        return clock;
    }

    public RandomGenerator random() {
        return random;
    }

    /** Where controllers register metrics of their own, under Kubernetes' names. */
    public PrometheusRegistry metrics() {
        return metrics;
    }

    /**
     * Makes a queue with one worker.
     *
     * @param name of the controller, as in {@code deployment-controller}; in logs, metrics and health checks
     */
    public <K> Controller<K> controller(String name, Reconciler<K> reconciler) {
        return controller(name, RateLimiter.standard(clock), reconciler);
    }

    /** As {@link #controller(String, Reconciler)}; {@code limiter} says how long keys that failed wait. */
    public <K> Controller<K> controller(String name, RateLimiter<K> limiter, Reconciler<K> reconciler) {
        Controller<K> controller = Controller.named(name, supervisor, clock, limiter, reconciler);
        controllers.add(controller);
        return controller;
    }

    /** Makes an event recorder. {@code component} is what its events name as their source. */
    public EventRecorder events(String component) {
        EventRecorder recorder = new EventRecorder(client, supervisor, clock, component, "");
        recorders.add(recorder);
        return recorder;
    }

    /** Has a controller's own resources closed with this context, after the controllers. */
    public void whenClosed(Runnable close) {
        closing.add(close);
    }

    /** All controllers made so far. */
    public List<Controller<?>> controllers() {
        return List.copyOf(controllers);
    }

    /** Starts all controllers; each begins as soon as its informers have synced. Returns at once. */
    public void start() {
        controllers.forEach(Controller::start);
    }

    /** Stops all controllers and recorders. Idempotent. */
    @Override
    public void close() {
        controllers.forEach(Controller::close);
        recorders.forEach(EventRecorder::close);
        closing.forEach(Runnable::run);
    }
}
