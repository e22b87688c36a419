package dev.proa.server.store;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a follower needs of the store that it follows ({@link MemoryStore#follow}): a state to begin with, the commits since, and a way to
 * commit. A {@link Store} is one; so is whatever stands for a store elsewhere.
 */
public interface Leader {

    /** The state after the last visible commit. */
    Snapshot snapshot();

    /**
     * The commits after a revision, in order and without a gap. Waits for one if there is none yet.
     *
     * @param after the last revision that the caller has
     * @param timeout how long to wait at most
     * @return whole transactions; empty when the time has passed, or the leader was closed
     * @throws Store.CompactedException when some of them are no longer known: the caller starts over from a {@link #snapshot}
     */
    List<Watch.Event> changes(long after, Duration timeout) throws InterruptedException;

    /**
     * Commits several changes, all or none. They are visible at the same time, durable at the same time, and have successive revisions in
     * the order given.
     *
     * @return the objects that the changes made, in the same order; null for a computed change that changed nothing
     * @throws Store.KeyExistsException when an object is to be created that exists
     * @throws Store.RevisionConflictException when an object is to be updated or deleted that has another revision, or is gone
     * @throws Store.UnavailableException when the commit could not be made durable
     */
    List<@Nullable StoredObject> commit(List<Change> changes);
}
