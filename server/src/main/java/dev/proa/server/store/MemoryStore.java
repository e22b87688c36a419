package dev.proa.server.store;

import dev.proa.api.value.MapValue;
import dev.proa.server.store.Watch.Type;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The store: its state in memory, with a {@link Journal} behind it or without.
 *
 * <pre>
 *   create, update, delete ──Write──► Writer ──events──► Journal
 *      (check, encode)       queue      │ Batch: decide, number, stamp
 *                                       │ once durable
 *              History ◄──events────────┼──events──► EventLogs ──► watches
 *              (past states)            ▼
 *                                    current state ──► snapshots
 * </pre>
 */
public final class MemoryStore implements Store {
    /** The revision of a store in which nothing has happened, as etcd has it. */
    static final long FIRST_REVISION = 1;

    /** A watch for which more events wait is ended. */
    public static final int PATIENCE = 50_000;

    private final Journal journal;
    private final long patience;
    private final History history;
    private final EventLogs logs;
    private final Writer writer;
    private final RevisionWaiters waiters = new RevisionWaiters();
    private volatile MemorySnapshot current;
    private volatile boolean closed;

    private MemoryStore(Journal journal, long patience) {
        this.journal = journal;
        this.patience = patience;
        try (Replay replay = new Replay()) {
            journal.recover(replay);
            replay.finish();
            history = replay.history();
            current = replay.state();
            logs = new EventLogs(current.revision());
            writer = new Writer(journal, new Publication(), "proa-store-writer");
            if (!replay.obsolete().isEmpty()) {
                writer.forget(history.compacted(), replay.obsolete());
            }
        }
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
        try {
            return new MemoryStore(journal, patience);
        } catch (RuntimeException | Error e) {
            journal.close();
            throw e;
        }
    }

    @Override
    public long revision() {
        return current.revision();
    }

    @Override
    public long compactedRevision() {
        return history.compacted();
    }

    @Override
    public Snapshot snapshot() {
        return current;
    }

    @Override
    public Snapshot snapshot(long revision) {
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

    @Override
    public boolean await(long revision, Duration timeout) throws InterruptedException {
        waiters.await(() -> closed || revision() >= revision, timeout);
        return revision() >= revision;
    }

    @Override
    public StoredObject create(Key key, MapValue value) {
        StoredObject existing = current.get(key);
        if (existing != null) {
            throw new KeyExistsException(existing);
        }
        return write(Type.CREATED, lean(key), 0, value);
    }

    /** Resources and namespaces are few: equal ones share a string. */
    static Key lean(Key key) {
        return new Key(key.resource().intern(), key.namespace().intern(), key.name());
    }

    @Override
    public StoredObject update(Key key, long expected, MapValue value) {
        refuseOutdated(key, expected);
        return write(Type.UPDATED, key, expected, value);
    }

    @Override
    public StoredObject delete(Key key, long expected, MapValue last) {
        refuseOutdated(key, expected);
        return writer.commit(new Write(Type.DELETED, key, expected, Stamp.ofValue(last)));
    }

    /** Saves the way to the writer when it is already clear what it would say. */
    private void refuseOutdated(Key key, long expected) {
        MemorySnapshot now = current;
        StoredObject object = now.get(key);
        boolean same = object != null && object.revision() == expected;
        if (!same && expected <= now.revision()) {
            throw new RevisionConflictException(key, object);
        }
    }

    private StoredObject write(Type type, Key key, long expected, MapValue value) {
        Stamp stamp = journal.wantsBytes() ? Stamp.ofBytes(value) : Stamp.ofValue(value);
        return writer.commit(new Write(type, key, expected, stamp));
    }

    @Override
    public Watch watch(String resource, @Nullable String namespace, WatchFilter filter, long after) {
        upTo(after);
        EventLogWatch watch =
                new EventLogWatch(logs, new EventLogs.Scope(resource, namespace, filter), after, patience);
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

    @Override
    public void compact(long revision) {
        upTo(revision);
        if (revision > history.compacted()) {
            writer.forget(revision, history.compact(revision));
        }
        logs.watches().forEach(EventLogWatch::loseIfBehind);
    }

    @Override
    public void close() {
        closed = true;
        waiters.tell();
        logs.watches().forEach(EventLogWatch::close);
        writer.close();
        journal.close();
    }

    private final class Publication implements Writer.Publisher {
        @Override
        public MemorySnapshot current() {
            return current;
        }

        @Override
        public void publish(Batch batch) {
            // the past before the present before the news: who gets an event finds it in the next snapshot
            history.append(batch.events(), batch.checkpoints());
            current = batch.state();
            waiters.tell();
            logs.publish(batch.events());
        }
    }
}
