package dev.proa.server.store;

import dev.proa.http.Blocking;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** A transaction on its way to the {@link LocalLog}: one thread asks for it and waits, the committing thread decides. */
final class Write {
    final List<Proposal> proposals;
    private final Thread asking = Thread.currentThread();
    private volatile @Nullable Outcome outcome;

    Write(List<Proposal> proposals) {
        this.proposals = proposals;
    }

    /** The result of a write. */
    sealed interface Outcome {
        record Committed(List<@Nullable StoredObject> objects) implements Outcome {}

        record Refused(RuntimeException why) implements Outcome {}
    }

    void finish(Outcome what) {
        outcome = what;
        LockSupport.unpark(asking);
    }

    /**
     * Waits for the outcome, however long it takes: a write cannot be called back once asked for, so an interrupt only shows
     * afterwards.
     */
    List<@Nullable StoredObject> await() {
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
            case Outcome.Committed committed -> committed.objects();
            case Outcome.Refused refused -> throw refused.why();
        };
    }
}
