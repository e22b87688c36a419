package dev.proa.server.store;

import dev.proa.server.store.Store.CompactedException;
import dev.proa.server.store.Store.FutureRevisionException;
import dev.proa.server.store.Store.UnavailableException;
import dev.proa.server.store.Watch.Event;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a store has: its objects, their past, and the watches. It changes by {@link #apply} alone, and equal events make equal states,
 * so that a store can follow another, be forked, and be rebuilt from a journal. A {@link CommitLog} decides which events there are.
 *
 * <p>One thread applies; any thread reads.
 */
final class StateMachine {
    private final long patience;
    private final History history;
    private final EventLogs logs;
    private final RevisionWaiters waiters = new RevisionWaiters();
    private volatile MemorySnapshot current;
    private volatile boolean closed;

    /**
     * @param state the present objects
     * @param history how they came to be, up to the revision of {@code state}
     * @param patience a watch for which more events wait is ended
     */
    StateMachine(MemorySnapshot state, History history, long patience) {
        this.current = state;
        this.history = history;
        this.patience = patience;
        this.logs = new EventLogs(state.revision());
    }

    /** Makes the changes that the events say, all at once for those who read. They follow on what was applied before. */
    void apply(List<Event> events) {
        SnapshotBuilder builder = current.toBuilder();
        List<MemorySnapshot> checkpoints = List.of();
        for (Event event : events) {
            builder.apply(event);
            checkpoints = checkpoint(builder, checkpoints);
        }
        publish(events, builder.build(), checkpoints);
    }

    /** As {@link #apply}, with events of another store: the state before each is looked up here. */
    void applyForeign(List<Event> events) {
        SnapshotBuilder builder = current.toBuilder();
        List<MemorySnapshot> checkpoints = List.of();
        List<Event> own = new ArrayList<>(events.size());
        for (Event event : events) {
            Event mine = new Event(
                    event.type(), event.object(), builder.get(event.object().key()));
            own.add(mine);
            builder.apply(mine);
            checkpoints = checkpoint(builder, checkpoints);
        }
        publish(own, builder.build(), checkpoints);
    }

    private static List<MemorySnapshot> checkpoint(SnapshotBuilder builder, List<MemorySnapshot> checkpoints) {
        if (builder.revision() % History.STRIDE != 0) {
            return checkpoints;
        }
        List<MemorySnapshot> more = checkpoints.isEmpty() ? new ArrayList<>() : checkpoints;
        more.add(builder.build());
        return more;
    }

    private void publish(List<Event> events, MemorySnapshot state, List<MemorySnapshot> checkpoints) {
        // the past before the present before the news: who gets an event finds it in the next snapshot
        history.append(events, checkpoints);
        current = state;
        logs.publish(events);
        waiters.tell();
    }

    /**
     * Replaces everything by a later state of which it is not known how it came to be. Watches end with {@link CompactedException}.
     */
    void restart(Snapshot state) {
        SnapshotBuilder builder = new SnapshotBuilder(new Resources(), state.revision(), new Tree[0]);
        for (String resource : state.resources()) {
            state.list(resource, null, null).forEach(builder::put);
        }
        history.restart(state.revision());
        current = builder.build();
        logs.restart(state.revision());
        waiters.tell();
    }

    /** The present state. */
    MemorySnapshot state() {
        return current;
    }

    long revision() {
        return current.revision();
    }

    long compacted() {
        return history.compacted();
    }

    MemorySnapshot state(long revision) {
        MemorySnapshot now = upTo(revision);
        return revision == now.revision() ? now : history.at(revision, now);
    }

    /** The present state, if it is not older than {@code revision}. */
    private MemorySnapshot upTo(long revision) {
        MemorySnapshot now = current;
        if (revision > now.revision()) {
            throw new FutureRevisionException(revision, now.revision());
        }
        return now;
    }

    /** Waits until {@code revision} is visible and was given to watches; false when the time has passed or this was closed. */
    boolean await(long revision, Duration timeout) throws InterruptedException {
        waiters.await(() -> closed || logs.published() >= revision, timeout);
        return logs.published() >= revision;
    }

    /** The events after a revision; waits for one if there is none yet. Empty when the time has passed or this was closed. */
    List<Event> changes(long after, Duration timeout) throws InterruptedException {
        return await(after + 1, timeout) ? history.changes(after, current.revision()) : List.of();
    }

    Watch watch(EventLogs.Scope scope, long after) {
        upTo(after);
        EventLogWatch watch = new EventLogWatch(logs, scope, after, patience);
        logs.join(watch);
        try {
            // read after joining: what is not in it comes by the log
            long now = current.revision();
            watch.precede(history.changes(after, now));
        } catch (CompactedException e) {
            watch.close();
            throw e;
        }
        if (closed) {
            watch.close();
            throw new UnavailableException("the store is closed", null);
        }
        return watch;
    }

    /** Forgets the past before {@code revision}, or before the oldest pinned one; null when that was done before. */
    History.@Nullable Compaction compact(long revision) {
        upTo(revision);
        History.Compaction done = history.compact(revision);
        logs.watches().forEach(EventLogWatch::loseIfBehind);
        return done;
    }

    /** Keeps a revision and all later ones from being compacted, until {@link #unpin}. */
    Snapshot pin(long revision) {
        upTo(revision);
        history.pin(revision);
        return state(revision);
    }

    /** Ends a pin; returns the compaction that it held up, if it did. */
    History.@Nullable Compaction unpin(long revision) {
        return history.unpin(revision);
    }

    /** A machine with the state of a revision that goes on by itself. */
    StateMachine fork(long revision) {
        return new StateMachine(state(revision).fork(), new History(revision), patience);
    }

    /** Ends all watches and waits; what there is stays readable. */
    void close() {
        closed = true;
        waiters.tell();
        logs.watches().forEach(EventLogWatch::close);
    }
}
