package dev.proa.server.store;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The order of all commits: gives each its revision, makes it durable, and applies it to the {@link StateMachine} of its store. The
 * local log numbers commits itself and has a {@link Journal}; the log of a follower has another store do both.
 *
 * <p>Any thread may call it. Commits are applied by one thread, in order.
 */
interface CommitLog extends AutoCloseable {

    /**
     * Commits the changes, all or none, and waits until they are durable and applied.
     *
     * @return the objects that the changes made, in the same order; null for a computed change that changed nothing
     * @throws Store.UnavailableException when that is not possible, or whatever refuses one of the changes
     */
    List<@Nullable StoredObject> commit(List<Change> changes);

    /** The past before {@code revision} is not known any more; the commits with the revisions of {@code obsolete} are no longer needed. */
    void forget(long compacted, List<Long> obsolete);

    /** Has values written anew whose form has changed, some time after this returned. */
    default void rewrite() {}

    /** Commits what waits, and ends. Idempotent. */
    @Override
    void close();
}
