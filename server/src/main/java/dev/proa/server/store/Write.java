package dev.proa.server.store;

import dev.proa.http.Blocking;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** One write on its way: a thread asks for it and waits, the writer thread decides. */
final class Write {
    final Watch.Type type;
    final Key key;

    /** The revision that the object must have; not used by a creation. */
    final long expected;

    final Stamp stamp;
    private final Thread asking = Thread.currentThread();
    private volatile @Nullable Outcome outcome;

    Write(Watch.Type type, Key key, long expected, Stamp stamp) {
        this.type = type;
        this.key = key;
        this.expected = expected;
        this.stamp = stamp;
    }

    /** What came of it. */
    sealed interface Outcome {
        record Committed(StoredObject object) implements Outcome {}

        record Refused(RuntimeException why) implements Outcome {}
    }

    void finish(Outcome what) {
        outcome = what;
        LockSupport.unpark(asking);
    }

    /**
     * Waits for the outcome, however long it takes: a write that was asked for cannot be called back, so an interrupt only
     * shows afterwards.
     */
    StoredObject await() {
        Blocking.check();
        boolean interrupted = false;
        Outcome what = outcome;
        while (what == null) {
            LockSupport.park(this);
            interrupted |= Thread.interrupted();
            what = outcome;
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return switch (what) {
            case Outcome.Committed committed -> committed.object();
            case Outcome.Refused refused -> throw refused.why();
        };
    }
}
