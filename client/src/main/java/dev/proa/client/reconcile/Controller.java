package dev.proa.client.reconcile;

import dev.proa.api.status.StatusException;
import dev.proa.api.view.KubeObject;
import dev.proa.client.Transport.TransportException;
import dev.proa.client.clock.Clock;
import dev.proa.client.informer.EventHandler;
import dev.proa.client.informer.Informer;
import dev.proa.client.supervision.Loop;
import dev.proa.client.supervision.LoopGroup;
import dev.proa.client.supervision.Supervisor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs a {@link Reconciler}: informers put keys into its queue, workers take them out, failed keys are retried with
 * back-off.
 *
 * <pre>
 *   informer ──object──► keys ──► WorkQueue ──key──► worker ──► Reconciler ──requests──► API
 *                                     ▲────── after a delay ──────┘
 * </pre>
 *
 * Workers are virtual threads and start once all watched informers have synced. In tests {@link #drain} takes their place.
 *
 * <pre>{@code
 * Controller.named("deployment-controller", supervisor, clock, this::reconcile)
 *         .workers(5)
 *         .watch(deployments, deployment -> ObjectKey.of(deployment.value()));
 * }</pre>
 */
public final class Controller<K> implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Controller.class);
    private static final Duration LONGEST_CLOSE = Duration.ofSeconds(10);

    private final String name;
    private final Reconciler<K> reconciler;
    private final WorkQueue<K> queue;
    private final LoopGroup loops;
    private final List<Awaited> awaited = new ArrayList<>();
    private final List<Loop> running = new ArrayList<>();
    private int workers = 1;
    private final LongAdder succeeded = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private final LongAdder nanos = new LongAdder();
    private volatile boolean closed;

    private Controller(String name, WorkQueue<K> queue, LoopGroup loops, Reconciler<K> reconciler) {
        this.name = name;
        this.queue = queue;
        this.loops = loops;
        this.reconciler = reconciler;
    }

    /**
     * A controller with one worker.
     *
     * @param name also of the supervisor's group that the workers belong to
     */
    public static <K> Controller<K> named(String name, Supervisor supervisor, Clock clock, Reconciler<K> reconciler) {
        return named(name, supervisor, clock, RateLimiter.standard(clock), reconciler);
    }

    /** As {@link #named(String, Supervisor, Clock, Reconciler)}; {@code limiter} says how long keys that failed wait. */
    public static <K> Controller<K> named(
            String name, Supervisor supervisor, Clock clock, RateLimiter<K> limiter, Reconciler<K> reconciler) {
        return new Controller<>(name, new WorkQueue<>(clock, limiter), supervisor.group(name), reconciler);
    }

    public String name() {
        return name;
    }

    /** The queue, for adding keys from elsewhere than informers. */
    public WorkQueue<K> queue() {
        return queue;
    }

    /** Queues the key that {@code toKey} returns for each object that is added, changed or deleted; null means none. */
    public <T extends KubeObject> Controller<K> watch(Informer<T> informer, Function<T, @Nullable K> toKey) {
        return watchAll(informer, (object, keys) -> {
            K key = toKey.apply(object);
            if (key != null) {
                keys.accept(key);
            }
        });
    }

    /**
     * Queues all keys that {@code mapping} returns for each object that is added, changed (its old and its new state)
     * or deleted.
     */
    public <T extends KubeObject> Controller<K> watchAll(Informer<T> informer, Mapping<T, K> mapping) {
        return watchWith(informer, new EventHandler<T>() {
            @Override
            public void added(T object) {
                mapping.map(object, queue::add);
            }

            @Override
            public void updated(T before, T after) {
                mapping.map(before, queue::add);
                mapping.map(after, queue::add);
            }

            @Override
            public void deleted(T last) {
                mapping.map(last, queue::add);
            }
        });
    }

    /** Lets {@code handler} put keys into the queue, for controllers that look at what changed. */
    public <T extends KubeObject> Controller<K> watchWith(Informer<T> informer, EventHandler<T> handler) {
        needs(informer);
        informer.addHandler(handler);
        return this;
    }

    /** Workers start only after {@code informer} has synced. */
    public Controller<K> needs(Informer<?> informer) {
        return needs(informer::awaitSync);
    }

    /** Workers start only after {@code condition} has returned to each of them. */
    public Controller<K> needs(Awaited condition) {
        awaited.add(condition);
        return this;
    }

    /** Sets how many keys are reconciled at a time. */
    public Controller<K> workers(int count) {
        workers = count;
        return this;
    }

    /** Starts the workers, which begin once all informers have synced. Returns at once. */
    public synchronized void start() {
        for (int i = 0; i < workers && !closed; i++) {
            running.add(loops.run(name + "-" + i, this::work));
        }
    }

    /** Reconciles on the calling thread until the queue has nothing ready. For tests, in place of {@link #start}. */
    public int drain() throws InterruptedException {
        int worked = 0;
        while (step()) {
            worked++;
        }
        return worked;
    }

    /** Reconciles the first key on the calling thread; false when none is ready. For tests that let others hear of it before the next. */
    public boolean step() throws InterruptedException {
        K key = queue.poll();
        if (key == null) {
            return false;
        }
        process(key);
        return true;
    }

    public Stats stats() {
        return new Stats(succeeded.sum(), failed.sum(), Duration.ofNanos(nanos.sum()), queue.stats());
    }

    /** Stops the workers, interrupting what they do, and waits for them. Idempotent. */
    @Override
    public synchronized void close() {
        closed = true;
        running.forEach(Loop::close);
        queue.close();
        boolean interrupted = false;
        for (Loop worker : running) {
            try {
                worker.join(LONGEST_CLOSE);
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        running.clear();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void work(Loop self) throws InterruptedException {
        for (Awaited condition : awaited) {
            condition.await();
        }
        for (K key = queue.take(); key != null; key = queue.take()) {
            process(key);
            self.succeeded();
        }
    }

    private void process(K key) throws InterruptedException {
        long start = System.nanoTime();
        try {
            switch (reconciler.reconcile(key)) {
                case Reconciler.Result.Done() -> queue.forget(key);
                case Reconciler.Result.After(Duration delay) -> {
                    queue.forget(key);
                    queue.addAfter(key, delay);
                }
            }
            succeeded.increment();
        } catch (RuntimeException e) {
            fail(key);
            if (!closed) {
                report(key, e);
            }
        } catch (InterruptedException | Error e) { // the worker's failure, which its supervisor logs
            fail(key);
            throw e;
        } finally {
            nanos.add(System.nanoTime() - start);
            queue.done(key);
        }
    }

    private void fail(K key) {
        failed.increment();
        queue.addRateLimited(key); // nothing, once it is closed
    }

    /** A conflict only says that the cache was behind; any other failure is logged. */
    private void report(K key, RuntimeException e) {
        if (e instanceof StatusException status && status.code() == 409) {
            LOG.debug("{} will reconcile {} again: {}", name, key, e.getMessage());
        } else if (e instanceof StatusException || e instanceof TransportException) {
            LOG.info("{} will reconcile {} again: {}", name, key, e.getMessage());
        } else {
            LOG.warn("{} failed at {} and will reconcile it again", name, key, e);
        }
    }

    /** Something that workers wait for before they begin. */
    @FunctionalInterface
    public interface Awaited {
        /** Blocks until it is there. */
        void await() throws InterruptedException;
    }

    /** Maps an object to the keys to reconcile. */
    @FunctionalInterface
    public interface Mapping<T, K> {
        void map(T object, Consumer<K> keys);
    }

    /**
     * @param succeeded runs that ended well
     * @param failed runs that threw
     * @param busy time spent in runs, by the wall clock, over all workers
     */
    public record Stats(long succeeded, long failed, Duration busy, WorkQueue.Stats queue) {}
}
