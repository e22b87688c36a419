package dev.proa.client.informer;

import dev.proa.api.value.MapValue;
import dev.proa.api.view.AnyObject;
import dev.proa.api.view.Kind;
import dev.proa.api.view.KubeObject;
import dev.proa.client.Client;
import dev.proa.client.ListOptions;
import dev.proa.client.clock.Clock;
import dev.proa.client.supervision.Supervisor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/** Makes and shares informers: all that ask for the same objects get the same informer. Thread-safe. */
public final class InformerFactory implements AutoCloseable {
    private final Client client;
    private final Supervisor supervisor;
    private final Clock clock;
    private final RandomGenerator random;
    private final Map<Selection, Informer<?>> informers = new HashMap<>();
    private boolean started;

    /** A factory with a supervisor of its own. */
    public InformerFactory(Client client, Clock clock, RandomGenerator random) {
        this(client, new Supervisor(clock, random), clock, random);
    }

    /** @param supervisor runs the watches */
    public InformerFactory(Client client, Supervisor supervisor, Clock clock, RandomGenerator random) {
        this.client = client;
        this.supervisor = supervisor;
        this.clock = clock;
        this.random = random;
    }

    /** The informer of all objects of a kind. */
    public <T extends KubeObject> Informer<T> informer(Kind<T> kind) {
        return informer(kind, "", ListOptions.ALL);
    }

    /**
     * The informer of some objects of a kind. It is started by {@link #start}, or at once if that has been called.
     *
     * @param namespace empty for all
     * @param selection only its selectors are used
     */
    @SuppressWarnings("unchecked") // an informer is kept under its own kind, and untyped ones apart
    public synchronized <T extends KubeObject> Informer<T> informer(
            Kind<T> kind, String namespace, ListOptions selection) {
        boolean typed = !(kind.of(MapValue.EMPTY) instanceof AnyObject);
        Selection key = new Selection(kind, typed, namespace, selection.labelSelector(), selection.fieldSelector());
        Informer<T> informer = (Informer<T>) informers.computeIfAbsent(
                key,
                absent -> new Informer<>(
                        client.resource(kind).in(namespace),
                        ListOptions.labels(selection.labelSelector()).withFieldSelector(selection.fieldSelector()),
                        supervisor.group(Informer.LOOPS),
                        clock,
                        random));
        if (started) {
            informer.start();
        }
        return informer;
    }

    /**
     * An untyped informer of all objects of a kind: the typed one if it exists already, so that one watch serves both.
     */
    public synchronized Informer<? extends KubeObject> untyped(Kind<AnyObject> kind) {
        Informer<?> typed = informers.get(new Selection(kind, true, "", "", ""));
        return typed != null ? typed : informer(kind);
    }

    /** Closes the untyped informer of all objects of a kind; the next request makes another. */
    public synchronized void remove(Kind<?> kind) {
        Informer<?> informer = informers.remove(new Selection(kind, false, "", "", ""));
        if (informer != null) {
            informer.close();
        }
    }

    /** Starts all informers, including those that are requested later. Returns at once. */
    public synchronized void start() {
        started = true;
        informers.values().forEach(Informer::start);
    }

    /** Blocks until all informers requested so far have synced. */
    public void awaitSync() throws InterruptedException {
        List<Informer<?>> waiting;
        synchronized (this) {
            waiting = new ArrayList<>(informers.values());
        }
        for (Informer<?> informer : waiting) {
            informer.awaitSync();
        }
    }

    /** How often handlers threw, over all informers. */
    public synchronized long handlerFailures() {
        return informers.values().stream().mapToLong(Informer::handlerFailures).sum();
    }

    @Override
    public synchronized void close() {
        informers.values().forEach(Informer::close);
    }

    private record Selection(Kind<?> kind, boolean typed, String namespace, String labels, String fields) {}
}
