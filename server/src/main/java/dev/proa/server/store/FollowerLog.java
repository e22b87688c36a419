package dev.proa.server.store;

import dev.proa.http.Blocking;
import dev.proa.server.store.Store.CompactedException;
import dev.proa.server.store.Store.KeyExistsException;
import dev.proa.server.store.Store.RevisionConflictException;
import dev.proa.server.store.Store.UnavailableException;
import dev.proa.server.store.Watch.Event;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The commit log of a store that follows another: the leader decides, numbers and makes durable, and one thread applies what it did. When
 * commits are missing, because the leader has compacted them, the store starts over from the leader's present state.
 *
 * <p>While the leader cannot be reached, the store stays readable as it is, and asks again and again.
 */
final class FollowerLog implements CommitLog {
    private static final Duration ASK_AGAIN = Duration.ofSeconds(1);

    /** A leader that was closed answers at once. */
    private static final Duration AFTER_NOTHING = Duration.ofMillis(1);

    /** How long a write waits, after the leader has committed it, until it is visible here. */
    private static final Duration CATCH_UP = Duration.ofSeconds(30);

    private static final Logger LOG = LoggerFactory.getLogger(FollowerLog.class);

    private final Leader leader;
    private final StateMachine machine;
    private final Pause pause;
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Thread thread;

    /** Waits for some time, or less when the store is closed. */
    @FunctionalInterface
    interface Pause {
        void await(Duration time, CountDownLatch closing) throws InterruptedException;
    }

    FollowerLog(Leader leader, StateMachine machine) {
        this(leader, machine, (time, closing) -> closing.await(time.toMillis(), TimeUnit.MILLISECONDS));
    }

    /** @param pause between two questions to a leader that has no answer */
    FollowerLog(Leader leader, StateMachine machine, Pause pause) {
        this.leader = leader;
        this.machine = machine;
        this.pause = pause;
        this.thread = Thread.ofVirtual().name("proa-store-follower").start(this::follow);
    }

    private void follow() {
        boolean failing = false;
        try {
            while (closing.getCount() > 0) {
                try {
                    followOnce();
                    failing = false;
                } catch (RuntimeException e) {
                    if (!failing) {
                        LOG.warn(
                                "cannot follow the leading store after revision {}, trying again",
                                machine.revision(),
                                e);
                    }
                    failing = true;
                    pause.await(ASK_AGAIN, closing);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // closed
        }
    }

    private void followOnce() throws InterruptedException {
        long revision = machine.revision();
        List<Event> events;
        try {
            events = leader.changes(revision, ASK_AGAIN);
        } catch (CompactedException e) {
            startOver(revision);
            return;
        }
        if (events.isEmpty()) {
            pause.await(AFTER_NOTHING, closing);
        } else if (isGapless(events, revision)) {
            machine.applyForeign(events);
        } else {
            startOver(revision);
        }
    }

    private static boolean isGapless(List<Event> events, long after) {
        long expected = after;
        for (Event event : events) {
            if (event.revision() != ++expected) {
                return false;
            }
        }
        return true;
    }

    private void startOver(long revision) {
        Snapshot state = leader.snapshot();
        if (state.revision() < revision) {
            throw new IllegalStateException("the leader is at revision " + state.revision() + ", before " + revision
                    + " of its follower: it has lost commits, restart the follower to follow it all the same");
        }
        if (state.revision() == revision) {
            throw new IllegalStateException(
                    "the leader does not tell what came after revision " + revision + ", and has no later state");
        }
        machine.restart(state);
    }

    @Override
    public List<@Nullable StoredObject> commit(List<Change> changes) {
        if (closing.getCount() == 0) {
            throw new UnavailableException("the store is closed", null);
        }
        try {
            List<@Nullable StoredObject> objects = leader.commit(changes);
            long last = 0;
            for (StoredObject object : objects) {
                last = object == null ? last : object.revision();
            }
            awaitApplied(last);
            return objects;
        } catch (KeyExistsException | RevisionConflictException e) {
            // who is told of a state finds it, or a later one, in the next snapshot
            awaitApplied(leader.snapshot().revision());
            throw e;
        }
    }

    private void awaitApplied(long revision) {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    if (machine.await(revision, CATCH_UP)) {
                        return;
                    }
                    throw new UnavailableException(
                            "the leading store has taken the write as revision " + revision
                                    + ", but this one is closed or too far behind to show it",
                            null);
                } catch (InterruptedException e) {
                    interrupted = true; // as with every write, it only shows afterwards
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Nothing: the leader's journal is its own. */
    @Override
    public void forget(long compacted, List<Long> obsolete) {}

    @Override
    public void close() {
        closing.countDown();
        thread.interrupt();
        Blocking.join(thread);
    }
}
