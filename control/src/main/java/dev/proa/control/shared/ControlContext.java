package dev.proa.control.shared;

import dev.proa.client.Client;
import dev.proa.client.clock.Clock;
import dev.proa.client.informer.InformerFactory;
import dev.proa.client.reconcile.Controller;
import dev.proa.client.reconcile.EventRecorder;
import dev.proa.client.reconcile.Reconciler;
import dev.proa.client.supervision.Supervisor;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.random.RandomGenerator;

/**
 * Everything a controller needs: the client, the shared informers, the clock, and its queues, workers and event
 * recorders, which this context starts and closes. Controllers subscribe to informers when they are constructed and work from
 * {@link #start} on.
 */
public final class ControlContext implements AutoCloseable {
    private final Client client;
    private final InformerFactory informers;
    private final PodIndex pods;
    private final Supervisor supervisor;
    private final Clock clock;
    private final RandomGenerator random;
    private final List<Controller<?>> controllers = new CopyOnWriteArrayList<>();
    private final List<EventRecorder> recorders = new CopyOnWriteArrayList<>();

    /**
     * Makes a context.
     *
     * @param informers shared by all controllers, started after all of them were made, and closed by whoever made them
     * @param supervisor runs the workers
     */
    public ControlContext(
            Client client, InformerFactory informers, Supervisor supervisor, Clock clock, RandomGenerator random) {
        this.client = client;
        this.informers = informers;
        this.pods = PodIndex.of(informers);
        this.supervisor = supervisor;
        this.clock = clock;
        this.random = random;
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

    /**
     * Makes a queue with one worker.
     *
     * @param name of the controller, as in {@code deployment-controller}; in logs, metrics and health checks
     */
    public <K> Controller<K> controller(String name, Reconciler<K> reconciler) {
        Controller<K> controller = Controller.named(name, supervisor, clock, reconciler);
        controllers.add(controller);
        return controller;
    }

    /** Makes an event recorder. {@code component} is what its events name as their source. */
    public EventRecorder events(String component) {
        EventRecorder recorder = new EventRecorder(client, supervisor, clock, component, "");
        recorders.add(recorder);
        return recorder;
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
    }
}
