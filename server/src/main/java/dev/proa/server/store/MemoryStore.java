package dev.proa.server.store;

import dev.proa.api.value.MapValue;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * The store: a {@link StateMachine} that has the objects in memory, and a {@link CommitLog} that decides what is committed.
 *
 * <pre>
 *   create, update, delete, commit ──Change──► CommitLog:  LocalLog ──events──► Journal
 *        (check, encode)                          │          (decide, number, wait for durability)
 *                                                 │        FollowerLog ◄──events── Leader
 *                                                 ▼
 *                              StateMachine.apply(events) ──► EventLogs ──► watches
 *                                 │            │
 *                              History      current state ──► snapshots
 *                           (past states)
 * </pre>
 */
public final class MemoryStore implements Store {
    /** The revision of a store in which nothing has happened, as etcd has it. */
    static final long FIRST_REVISION = 1;

    /** A watch for which more events wait is ended. */
    public static final int PATIENCE = 50_000;

    private final StateMachine machine;
    private final CommitLog log;

    private MemoryStore(StateMachine machine, CommitLog log) {
        this.machine = machine;
        this.log = log;
    }

    /** A store that forgets everything with the process: writes are durable as soon as they are visible. */
    public static MemoryStore inMemory() {
        return open(Journal.none());
    }

    /**
     * A store with what the journal has, which it takes over and closes. A watch ends that has {@value #PATIENCE} events not
     * read.
     *
     * @throws Journal.JournalException when the journal cannot be read
     */
    public static MemoryStore open(Journal journal) {
        return open(journal, PATIENCE);
    }

    /** As {@link #open(Journal)}, with a bound for the events that wait for a watch. */
    static MemoryStore open(Journal journal, long patience) {
        try (Replay replay = new Replay()) {
            journal.recover(replay);
            replay.finish();
            StateMachine machine = new StateMachine(replay.state(), replay.history(), patience);
            LocalLog log = new LocalLog(journal, machine);
            if (!replay.obsolete().isEmpty()) {
                log.forget(machine.compacted(), replay.obsolete());
            }
            if (journal.isStale()) {
                log.rewrite();
            }
            return new MemoryStore(machine, log);
        } catch (RuntimeException | Error e) {
            journal.close();
            throw e;
        }
    }

    /**
     * A store that follows another one: it has every commit of the leader, in the same order and under the same revision, some time
     * later, and answers reads and watches from its own memory. Its writes go to the leader and return once they are visible here.
     */
    public static MemoryStore follow(Leader leader) {
        return follow(leader, PATIENCE);
    }

    /** As {@link #follow(Leader)}, with a bound for the events that wait for a watch. */
    static MemoryStore follow(Leader leader, long patience) {
        StateMachine machine = new StateMachine(MemorySnapshot.EMPTY.fork(), new History(FIRST_REVISION), patience);
        return new MemoryStore(machine, new FollowerLog(leader, machine));
    }

    @Override
    public long revision() {
        return machine.revision();
    }

    @Override
    public long compactedRevision() {
        return machine.compacted();
    }

    @Override
    public Snapshot snapshot() {
        return machine.state();
    }

    @Override
    public Snapshot snapshot(long revision) {
        return machine.state(revision);
    }

    @Override
    public boolean await(long revision, Duration timeout) throws InterruptedException {
        return machine.await(revision, timeout);
    }

    @Override
    public List<Watch.Event> changes(long after, Duration timeout) throws InterruptedException {
        return machine.changes(after, timeout);
    }

    @Override
    public StoredObject create(Key key, MapValue value) {
        StoredObject existing = machine.state().get(key);
        if (existing != null) {
            throw new KeyExistsException(existing);
        }
        return commit(new Change.Create(key, value));
    }

    @Override
    public StoredObject update(Key key, long expected, MapValue value) {
        refuseOutdated(key, expected);
        return commit(new Change.Update(key, expected, value));
    }

    @Override
    public StoredObject delete(Key key, long expected, MapValue last) {
        refuseOutdated(key, expected);
        return commit(new Change.Delete(key, expected, last));
    }

    /** Saves the way to the log when it is already clear what it would say. */
    private void refuseOutdated(Key key, long expected) {
        MemorySnapshot now = machine.state();
        StoredObject object = now.get(key);
        boolean same = object != null && object.revision() == expected;
        if (!same && expected <= now.revision()) {
            throw new RevisionConflictException(key, object);
        }
    }

    private StoredObject commit(Change change) {
        return Objects.requireNonNull(log.commit(List.of(change)).getFirst());
    }

    @Override
    public List<@Nullable StoredObject> commit(List<Change> changes) {
        return log.commit(changes);
    }

    @Override
    public Watch watch(String resource, @Nullable String namespace, WatchFilter filter, long after) {
        return machine.watch(new EventLogs.Scope(resource, namespace, filter), after);
    }

    @Override
    public void compact(long revision) {
        forget(machine.compact(revision));
    }

    /** Has the journal write values anew whose form has changed, for example since they are to be encrypted by another key. Returns at once. */
    public void rewrite() {
        log.rewrite();
    }

    private void forget(History.@Nullable Compaction compaction) {
        if (compaction != null) {
            log.forget(compaction.revision(), compaction.obsolete());
        }
    }

    @Override
    public Pin pin(long revision) {
        Snapshot pinned = machine.pin(revision);
        AtomicBoolean closed = new AtomicBoolean();
        return new Pin() {
            @Override
            public Snapshot snapshot() {
                return pinned;
            }

            @Override
            public void close() {
                if (closed.compareAndSet(false, true)) {
                    forget(machine.unpin(revision));
                }
            }
        };
    }

    @Override
    public Store fork(long revision) {
        StateMachine forked = machine.fork(revision);
        return new MemoryStore(forked, new LocalLog(Journal.none(), forked));
    }

    @Override
    public void close() {
        machine.close();
        log.close();
    }
}
