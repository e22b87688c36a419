package dev.proa.server.store;

import dev.proa.http.Blocking;
import dev.proa.server.store.EventLog.Node;
import dev.proa.server.store.Store.CompactedException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** A watch that reads one {@link EventLog}. */
final class EventLogWatch implements Watch {
    /** A reader that takes its time with them holds no more than these. */
    private static final int MOST_AT_ONCE = 1_000;

    private final EventLogs logs;
    private final EventLogs.Scope scope;

    /** So many events may wait for this reader; with more it is lost. */
    private final long patience;

    private @Nullable EventLog log;

    /** The node to read next; null when this reader was lost, so that it does not keep the log alive. */
    private volatile @Nullable Node at;

    /** The revision up to which everything was given to the reader. */
    private volatile long given;

    /** Whether events were lost to this reader that are in no log. */
    private volatile boolean lost;

    private volatile boolean closed;
    private final AtomicReference<@Nullable Thread> waiting = new AtomicReference<>();
    private volatile @Nullable Runnable listener;

    /** Whether the listener is to be called when something happens. */
    private final AtomicBoolean armed = new AtomicBoolean();

    EventLogWatch(EventLogs logs, EventLogs.Scope scope, long after, long patience) {
        this.logs = logs;
        this.scope = scope;
        this.given = after;
        this.patience = patience;
    }

    EventLogs.Scope scope() {
        return scope;
    }

    EventLog log() {
        return Objects.requireNonNull(log);
    }

    /** Called once, with the lock on the resource's logs. */
    void join(EventLog joined) {
        log = joined;
        at = joined.end();
        joined.add(this);
    }

    /** Puts past events before those that come. Called before the watch is handed out. */
    void precede(List<Event> past) {
        List<Event> mine = new ArrayList<>();
        for (Event event : past) {
            if (scope.covers(event)) {
                mine.add(event);
            }
        }
        Node node = Objects.requireNonNull(at);
        for (Event event : mine.reversed()) {
            Node before = new Node(node.index - 1);
            before.fill(event, node);
            node = before;
        }
        at = node;
    }

    @Override
    public List<Event> next(Duration timeout) throws InterruptedException {
        long start = System.nanoTime();
        long patienceNanos = timeout.compareTo(Duration.ofDays(365)) > 0 ? Long.MAX_VALUE : timeout.toNanos();
        while (true) {
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            if (closed) {
                return List.of();
            }
            List<Event> events = read();
            long left = patienceNanos - (System.nanoTime() - start);
            if (!events.isEmpty()) {
                return events;
            }
            if (left <= 0) {
                return listener == null ? events : readOrArm();
            }
            Blocking.check();
            waiting.set(Thread.currentThread());
            if (!closed && nothingThere()) {
                LockSupport.parkNanos(this, left);
            }
            waiting.set(null);
        }
    }

    /** What came in the last moment, or nothing, and then the listener hears of the next. */
    private List<Event> readOrArm() {
        armed.set(true);
        return !closed && nothingThere() || !armed.compareAndSet(true, false) ? List.of() : read();
    }

    @Override
    public void onEvents(Runnable called) {
        listener = called;
    }

    private boolean nothingThere() {
        Node node = at;
        return !lost && node != null && node.event() == null;
    }

    private List<Event> read() {
        Node node = at;
        if (lost || node == null || log().added() - node.index > patience) {
            close();
            at = null;
            throw new CompactedException(given, logs.published());
        }
        Event event = node.event();
        if (event == null) {
            return List.of();
        }
        List<Event> events = new ArrayList<>();
        for (; event != null && events.size() < MOST_AT_ONCE; event = node.event()) {
            if (event.revision() > given) { // what was published while this watch began is in the past events as well
                events.add(event);
                given = event.revision();
            }
            node = node.next();
        }
        at = node;
        return events;
    }

    @Override
    public long revision() {
        long published = logs.published(); // before looking: what it covers is in the log by now
        if (nothingThere() && published > given) {
            given = published;
        }
        return given;
    }

    /** Ends the wait of the reader, if it does wait. */
    void wake() {
        Runnable called = listener;
        if (called != null && armed.get() && armed.compareAndSet(true, false)) {
            called.run();
        }
        if (waiting.get() != null) {
            Thread reader = waiting.getAndSet(null);
            if (reader != null) {
                LockSupport.unpark(reader);
            }
        }
    }

    /** Has the reader told that events were lost when it looks next, unless it was given everything before {@code revision}. */
    void loseBefore(long revision) {
        if (given < revision) {
            lost = true;
        }
    }

    /** Lets go of the log if the reader has fallen too far behind. */
    void loseIfBehind() {
        Node node = at;
        if (node != null && log().added() - node.index > patience) {
            at = null;
        }
    }

    @Override
    public boolean closed() {
        return closed;
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            logs.leave(this);
            wake();
        }
    }
}
