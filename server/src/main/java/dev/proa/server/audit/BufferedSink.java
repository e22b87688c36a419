package dev.proa.server.audit;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps events in a queue and passes them on in batches, so that no request waits for the next sink: kube-apiserver's mode {@code batch}. An
 * event that finds the queue full is dropped and counted.
 */
final class BufferedSink implements AuditSink {
    private static final Logger LOG = LoggerFactory.getLogger(BufferedSink.class);
    /** Batches that are being passed on at a time; while there are so many, the queue fills. */
    private static final int MOST_BATCHES = 100;

    private final AuditSink next;
    private final Batching batching;
    private final AuditMetrics metrics;
    private final BlockingQueue<AuditEvent> queue;
    private final Semaphore sending = new Semaphore(MOST_BATCHES);
    private final Thread thread;
    /** Held shared while an event is put into the queue, and alone to close it. */
    private final ReentrantReadWriteLock gate = new ReentrantReadWriteLock();

    private final AtomicBoolean closing = new AtomicBoolean();
    private double tokens;
    private long refilled = System.nanoTime();

    /**
     * How events are collected.
     *
     * @param buffer so many events wait at most
     * @param largest so many make a batch at most
     * @param patience after so long a smaller batch is passed on; 0 for at once
     * @param rate so many batches a second; 0 for any
     * @param burst so many at a time, when there were fewer before
     * @param parallel whether a batch is passed on while the one before is
     */
    record Batching(int buffer, int largest, Duration patience, double rate, int burst, boolean parallel) {}

    BufferedSink(AuditSink next, Batching batching, AuditMetrics metrics) {
        this.next = next;
        this.batching = batching;
        this.metrics = metrics;
        queue = new ArrayBlockingQueue<>(batching.buffer());
        tokens = batching.burst();
        thread = Thread.ofPlatform().daemon().name("audit-batches").start(this::run);
    }

    @Override
    public boolean process(List<AuditEvent> events) {
        gate.readLock().lock();
        try {
            for (int i = 0; i < events.size(); i++) {
                if (closing.get() || !queue.offer(events.get(i))) {
                    String why = closing.get() ? "audit backend shut down" : "audit buffer queue blocked";
                    metrics.failed("buffered", why, events.subList(i, events.size()));
                    break;
                }
            }
        } finally {
            gate.readLock().unlock();
        }
        return true;
    }

    @Override
    public boolean mayBlock() {
        return false;
    }

    private void run() {
        while (true) {
            try {
                List<AuditEvent> batch = collect();
                if (!batch.isEmpty()) {
                    throttle();
                    pass(batch);
                } else if (closing.get()) {
                    return;
                }
            } catch (InterruptedException e) {
                // Closing: what waits is passed on without any more waiting.
            } catch (RuntimeException e) {
                LOG.error("An audit batch was not passed on", e);
            }
        }
    }

    /** The next batch; empty when there is none, and the sink is being closed. */
    private List<AuditEvent> collect() throws InterruptedException {
        List<AuditEvent> batch = new ArrayList<>();
        AuditEvent first = closing.get() ? queue.poll() : queue.take();
        if (first == null) {
            return batch;
        }
        batch.add(first);
        long deadline = System.nanoTime() + batching.patience().toNanos();
        try {
            while (batch.size() < batching.largest()) {
                if (queue.drainTo(batch, batching.largest() - batch.size()) > 0) {
                    continue;
                }
                long left = closing.get() ? 0 : deadline - System.nanoTime();
                @Nullable AuditEvent late = left <= 0 ? null : queue.poll(left, TimeUnit.NANOSECONDS);
                if (late == null) {
                    break;
                }
                batch.add(late);
            }
        } catch (InterruptedException e) {
            // Closing: the batch is as large as it is.
        }
        return batch;
    }

    /** Waits for a token of the bucket. */
    private void throttle() {
        while (batching.rate() > 0 && !closing.get()) {
            long now = System.nanoTime();
            tokens = Math.min(batching.burst(), tokens + (now - refilled) * batching.rate() / 1e9);
            refilled = now;
            if (tokens >= 1) {
                tokens--;
                return;
            }
            try {
                TimeUnit.NANOSECONDS.sleep((long) ((1 - tokens) / batching.rate() * 1e9) + 1);
            } catch (InterruptedException e) {
                return; // closing
            }
        }
    }

    private void pass(List<AuditEvent> batch) {
        if (!batching.parallel()) {
            next.process(batch);
            return;
        }
        sending.acquireUninterruptibly();
        Thread.ofVirtual().name("audit-batch").start(() -> {
            try {
                next.process(batch);
            } finally {
                sending.release();
            }
        });
    }

    /** Passes on what waits, and waits until the next sink has it. */
    @Override
    public void close() {
        gate.writeLock().lock();
        try {
            closing.set(true);
        } finally {
            gate.writeLock().unlock();
        }
        next.ending();
        thread.interrupt();
        boolean interrupted = false;
        while (true) {
            try {
                thread.join();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        sending.acquireUninterruptibly(MOST_BATCHES);
        sending.release(MOST_BATCHES);
        next.close();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
