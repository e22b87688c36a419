package dev.proa.server.store;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A reader of the log of changes. For one thread at a time, except {@link #close()}, which any thread may call to end a
 * blocked {@link #next}.
 */
public interface Watch extends AutoCloseable {

    /**
     * The next events in the order of their revisions, at least one of them unless {@code timeout} passes or the watch was closed; as
     * many as are there, up to a bound.
     *
     * @throws Store.CompactedException when this reader fell so far behind that events were lost to it
     */
    List<Event> next(Duration timeout) throws InterruptedException;

    /**
     * Has {@code listener} called when there may be events again after {@link #next} gave none, and when the watch was closed: once
     * each time, on the thread of whoever wrote or closed, which it must not hold up. With a listener the reader does not wait, but
     * asks with a timeout of zero. To be set before the first event is asked for.
     */
    void onEvents(Runnable listener);

    /**
     * A revision up to which this reader has been given everything: what a bookmark says. It rises with commits to other
     * resources too.
     */
    long revision();

    /** Whether the watch was closed, by its reader or with the store. */
    boolean closed();

    @Override
    void close();

    /** What happened to an object. */
    enum Type {
        CREATED,
        UPDATED,
        DELETED
    }

    /**
     * One change.
     *
     * @param object the state after it; for a deletion the last state, with the deletion's revision as its resource version
     * @param previous the state before it; null for a creation
     */
    record Event(Type type, StoredObject object, @Nullable StoredObject previous) {
        public long revision() {
            return object.revision();
        }
    }
}
