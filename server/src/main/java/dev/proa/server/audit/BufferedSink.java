package dev.proa.server.audit;

import dev.proa.http.Blocking;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
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
    private final Semaphore sending = new Semaphore(MOST_BATCHES);
    private final Thread thread;
    /** Guards the queue and whether the sink is being closed. Nobody holds it while the next sink works. */
    private final ReentrantLock lock = new ReentrantLock();

    /** Told when a batch begins or is full, and when the sink is being closed: an interrupt could hit the next sink in the middle of a write. */
    private final Condition changed = lock.newCondition();

    private final Queue<AuditEvent> queue = new ArrayDeque<>();
    private boolean closing;
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
        tokens = batching.burst();
        thread = Thread.ofPlatform().daemon().name("audit-batches").start(this::run);
    }

    @Override
    public boolean process(List<AuditEvent> events) {
        boolean late;
        int taken;
        lock.lock();
        try {
            late = closing;
            taken = late ? 0 : Math.min(events.size(), batching.buffer() - queue.size());
            boolean begins = queue.isEmpty();
            queue.addAll(events.subList(0, taken));
            if (begins || isFull()) {
                changed.signal();
            }
        } finally {
            lock.unlock();
        }
        if (taken < events.size()) {
            String why = late ? "audit backend shut down" : "audit buffer queue blocked";
            metrics.failed("buffered", why, events.subList(taken, events.size()));
        }
        return true;
    }

    private boolean isFull() {
        return queue.size() >= Math.min(batching.largest(), batching.buffer());
    }

    @Override
    public boolean mayBlock() {
        return false;
    }

    private void run() {
        while (true) {
            List<AuditEvent> batch = collect();
            if (batch.isEmpty()) {
                return;
            }
            try {
                pass(batch);
            } catch (RuntimeException e) {
                LOG.error("An audit batch was not passed on", e);
            }
        }
    }

    /** The next batch, once it may be passed on; empty when there is none, and the sink is being closed. */
    private List<AuditEvent> collect() {
        lock.lock();
        try {
            while (queue.isEmpty() && !closing) {
                changed.awaitUninterruptibly();
            }
            long deadline = System.nanoTime() + batching.patience().toNanos();
            for (long left = batching.patience().toNanos(); left > 0 && !isFull() && !closing; ) {
                pause(left);
                left = deadline - System.nanoTime();
            }
            throttle();
            List<AuditEvent> batch = new ArrayList<>(Math.min(batching.largest(), queue.size()));
            while (batch.size() < batching.largest() && !queue.isEmpty()) {
                batch.add(queue.remove());
            }
            return batch;
        } finally {
            lock.unlock();
        }
    }

    /** Waits for a token of the bucket. */
    private void throttle() {
        while (batching.rate() > 0 && !closing) {
            long now = System.nanoTime();
            tokens = Math.min(batching.burst(), tokens + (now - refilled) * batching.rate() / 1e9);
            refilled = now;
            if (tokens >= 1) {
                tokens--;
                return;
            }
            pause((long) ((1 - tokens) / batching.rate() * 1e9) + 1);
        }
    }

    /** Waits for that long, or until something has changed. */
    private void pause(long nanos) {
        try {
            changed.awaitNanos(nanos);
        } catch (InterruptedException e) {
            LOG.debug("Nobody interrupts this thread, and it goes on all the same", e);
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
        lock.lock();
        try {
            closing = true;
            changed.signal();
        } finally {
            lock.unlock();
        }
        next.ending();
        Blocking.join(thread);
        sending.acquireUninterruptibly(MOST_BATCHES);
        sending.release(MOST_BATCHES);
        next.close();
    }
}
