package dev.proa.server.store;

import dev.proa.http.Blocking;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The commit log of a store that is the only one to write: one thread takes all the writes that wait, up to a bound, decides and
 * numbers them, makes them durable with one call of the journal, applies them to the state machine, and tells who waits. While it
 * is busy the next batch gathers: the more writers, the fewer calls a write.
 *
 * <p>It is a platform thread because a virtual one would hold on to its carrier during the journal's system calls.
 */
final class LocalLog implements CommitLog {
    private static final Logger LOG = LoggerFactory.getLogger(LocalLog.class);

    /** Bounds of a batch, which bound how long the first of them waits. */
    private static final int MOST_WRITES = 1024;

    /** So many obsolete commits are forgotten at a time, and so many batches go first when there are any. */
    private static final int FORGET_AT_ONCE = 1000;

    private static final int BATCHES_BETWEEN = 4;

    /** A rewrite that failed is tried again after so many nanoseconds, then after twice as many, and so on up to a minute. */
    private static final long FIRST_PAUSE = TimeUnit.MILLISECONDS.toNanos(100);

    private static final long LONGEST_PAUSE = TimeUnit.MINUTES.toNanos(1);

    private final Journal journal;
    private final StateMachine machine;
    private final Queue<Write> queue = new ConcurrentLinkedQueue<>();
    private final Queue<Forget> obsolete = new ConcurrentLinkedQueue<>();
    private final Thread thread;
    private volatile boolean rewriting;
    /** Before the next try of a rewrite that failed; 0 when none has. */
    private long pause;
    /** When that is, of {@link System#nanoTime}. */
    private long tryAgain;

    private volatile boolean resting;
    private volatile boolean closing;
    private volatile boolean ended;
    private volatile @Nullable Throwable broken;

    private record Forget(long compacted, ArrayDeque<Long> revisions) {}

    /** Takes the journal over and closes it. */
    LocalLog(Journal journal, StateMachine machine) {
        this.journal = journal;
        this.machine = machine;
        this.thread = Thread.ofPlatform().daemon().name("proa-store-writer").start(this::run);
    }

    @Override
    public List<@Nullable StoredObject> commit(List<Change> changes) {
        Write write = new Write(proposals(changes, journal.wantsBytes()));
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

    private static List<Proposal> proposals(List<Change> changes, boolean bytes) {
        if (changes.size() == 1) {
            return List.of(Proposal.of(changes.getFirst(), bytes));
        }
        List<Proposal> proposals = new ArrayList<>(changes.size());
        for (Change change : changes) {
            proposals.add(Proposal.of(change, bytes));
        }
        return proposals;
    }

    private static Store.UnavailableException closed() {
        return new Store.UnavailableException("the store is closed", null);
    }

    /** Has the journal forget commits, some time after this returned. */
    @Override
    public void forget(long compacted, List<Long> revisions) {
        obsolete.add(new Forget(compacted, new ArrayDeque<>(revisions)));
        wake();
    }

    @Override
    public void rewrite() {
        rewriting = true;
        wake();
    }

    @Override
    public void close() {
        closing = true;
        wake();
        Blocking.join(thread); // what was asked for before becomes durable all the same
        journal.close();
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
                commitBatch(gather());
                batches++;
            }
            if (!obsolete.isEmpty() && (idle || batches >= BATCHES_BETWEEN)) {
                forgetSome();
                batches = 0;
            } else if (rewriting && untilRewrite() <= 0 && !closing && (idle || batches >= BATCHES_BETWEEN)) {
                rewriteSome();
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
            long left = untilRewrite();
            if (!rewriting) {
                LockSupport.park(this);
            } else if (left > 0) {
                LockSupport.parkNanos(this, left);
            }
        }
        resting = false;
    }

    /** How many nanoseconds a rewrite has to wait because it has failed before. */
    private long untilRewrite() {
        return pause == 0 ? 0 : tryAgain - System.nanoTime();
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

    private void commitBatch(List<Write> writes) {
        Batch batch = new Batch(machine.state(), journal.wantsBytes());
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
                machine.apply(batch.events());
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

    private void rewriteSome() {
        rewriting = false; // before, so that no request gets lost
        try {
            if (broken == null && journal.rewrite()) {
                rewriting = true;
            }
            pause = 0;
        } catch (Journal.JournalException e) {
            if (!e.undone()) {
                broken = e;
                LOG.error("Values of the store are not rewritten; they are when it is next opened", e);
                return;
            }
            pause = Math.clamp(2 * pause, FIRST_PAUSE, LONGEST_PAUSE);
            tryAgain = System.nanoTime() + pause;
            rewriting = true;
            LOG.error("Values of the store are not rewritten yet; this is tried again", e);
        }
    }
}
