package dev.proa.server.store;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The one thread that commits. It takes all the writes that wait, up to a bound, decides them, makes them durable with one call of
 * the journal, has them published, and tells who waits. While it is busy, the next batch gathers: the more writers, the
 * fewer calls a write.
 *
 * <p>It is a platform thread because a virtual one would hold on to its carrier during the journal's system calls.
 */
final class Writer {
    /** Bounds of a batch, which bound how long the first of them waits. */
    private static final int MOST_WRITES = 1024;

    /** So many obsolete commits are forgotten at a time, and so many batches go first when there are any. */
    private static final int FORGET_AT_ONCE = 1000;

    private static final int BATCHES_BETWEEN = 4;

    private final Journal journal;
    private final Publisher publisher;
    private final Queue<Write> queue = new ConcurrentLinkedQueue<>();
    private final Queue<Forget> obsolete = new ConcurrentLinkedQueue<>();
    private final Thread thread;
    private volatile boolean resting;
    private volatile boolean closing;
    private volatile boolean ended;
    private volatile @Nullable Throwable broken;

    /** Takes what has become durable, on the writer's thread. */
    interface Publisher {
        /** The state after everything published before. */
        MemorySnapshot current();

        void publish(Batch batch);
    }

    private record Forget(long compacted, ArrayDeque<Long> revisions) {}

    Writer(Journal journal, Publisher publisher, String name) {
        this.journal = journal;
        this.publisher = publisher;
        this.thread = Thread.ofPlatform().daemon().name(name).start(this::run);
    }

    /**
     * Commits a write and waits until it is durable and published.
     *
     * @throws Store.UnavailableException when that is not possible, or whatever refuses the write
     */
    StoredObject commit(Write write) {
        if (closing) {
            throw closed();
        }
        queue.add(write);
        wake();
        if (ended && queue.remove(write)) {
            throw closed();
        }
        return write.await();
    }

    private static Store.UnavailableException closed() {
        return new Store.UnavailableException("the store is closed", null);
    }

    /** Has the journal forget commits, some time after this returned. */
    void forget(long compacted, List<Long> revisions) {
        obsolete.add(new Forget(compacted, new ArrayDeque<>(revisions)));
        wake();
    }

    /** Commits what waits, and ends. */
    void close() {
        closing = true;
        wake();
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true; // what was asked for before must become durable all the same
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void wake() {
        if (resting) {
            LockSupport.unpark(thread);
        }
    }

    private void run() {
        int batches = 0;
        while (true) {
            boolean idle = queue.isEmpty();
            if (!idle) {
                commit(gather());
                batches++;
            }
            if (!obsolete.isEmpty() && (idle || batches >= BATCHES_BETWEEN)) {
                forgetSome();
                batches = 0;
            } else if (idle) {
                if (closing) {
                    break;
                }
                rest();
            }
        }
        ended = true;
        for (Write late = queue.poll(); late != null; late = queue.poll()) {
            late.finish(new Write.Outcome.Refused(closed()));
        }
    }

    private void rest() {
        resting = true;
        if (queue.isEmpty() && obsolete.isEmpty() && !closing) {
            LockSupport.park(this);
        }
        resting = false;
    }

    private List<Write> gather() {
        List<Write> writes = new ArrayList<>();
        while (writes.size() < MOST_WRITES) {
            Write write = queue.poll();
            if (write == null) {
                break;
            }
            writes.add(write);
        }
        return writes;
    }

    private void commit(List<Write> writes) {
        Batch batch = new Batch(publisher.current());
        for (Write write : writes) {
            batch.add(write);
        }
        Throwable failed = broken;
        if (failed != null) {
            batch.fail(
                    "the store's journal has failed, restart after having mended it: " + failed.getMessage(), failed);
            return;
        }
        try {
            if (!batch.events().isEmpty()) {
                journal.append(batch.events());
                publisher.publish(batch);
            }
        } catch (Journal.JournalException e) {
            // unless it is known that nothing was written, the numbers must not be given to anything else
            broken = e.undone() ? null : e;
            batch.fail(String.valueOf(e.getMessage()), e);
            return;
        } catch (RuntimeException | Error e) {
            broken = e;
            batch.fail("the store has failed: " + e, e);
            return;
        }
        batch.finish();
    }

    private void forgetSome() {
        Forget next = obsolete.element();
        List<Long> share = new ArrayList<>();
        while (share.size() < FORGET_AT_ONCE && !next.revisions().isEmpty()) {
            share.add(next.revisions().remove());
        }
        try {
            journal.forget(next.compacted(), share);
        } catch (Journal.JournalException e) {
            if (!e.undone()) {
                broken = e;
            }
            obsolete.clear(); // they are found again when the journal is next read
            return;
        }
        if (next.revisions().isEmpty()) {
            obsolete.remove();
        }
    }
}
