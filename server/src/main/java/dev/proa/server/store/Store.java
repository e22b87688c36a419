package dev.proa.server.store;

import dev.proa.api.value.MapValue;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Objects under keys, with one revision counter for all of them. Semantics are those the Kubernetes API needs of etcd:
 * every commit raises the revision by one, stays visible to all later reads, and is delivered to watchers in order.
 *
 * <p>All methods may be called from any (virtual) thread. Reads never block. Writes block until the commit is durable, which
 * is when they return: what was acknowledged survives the death of the process and of the machine (implementations in memory
 * only say so). A write and every write before it are visible to a snapshot taken after it returned. Revisions never go back.
 */
public interface Store extends Leader, AutoCloseable {

    /** The revision of the last commit that is visible; 1 when there was none. */
    long revision();

    /** The oldest revision that {@link #snapshot(long)} and {@link #watch} still know. */
    long compactedRevision();

    /**
     * The state after the commit of {@code revision}.
     *
     * @throws CompactedException when it is older than {@link #compactedRevision()}
     * @throws FutureRevisionException when it has not happened yet
     */
    Snapshot snapshot(long revision);

    /**
     * Waits until the commit of {@code revision} is visible.
     *
     * @param timeout how long to wait at most
     * @return whether it is; false when the time has passed, or the store was closed
     */
    boolean await(long revision, Duration timeout) throws InterruptedException;

    /**
     * Creates an object. The store sets {@code metadata.resourceVersion}.
     *
     * @throws KeyExistsException when there is one already
     * @throws UnavailableException when the commit could not be made durable, as for all writes
     */
    StoredObject create(Key key, MapValue value);

    /**
     * Replaces an object whose revision is {@code expected}. The store sets {@code metadata.resourceVersion}.
     *
     * @throws RevisionConflictException when it has another revision, or is gone
     */
    StoredObject update(Key key, long expected, MapValue value);

    /**
     * Deletes an object whose revision is {@code expected}.
     *
     * @param last the object's last state, as watchers get it; the store sets its {@code metadata.resourceVersion} to the revision of the deletion
     * @throws RevisionConflictException when it has another revision, or is gone
     */
    StoredObject delete(Key key, long expected, MapValue last);

    /**
     * Keeps a revision and all later ones from being compacted: {@link #snapshot(long)} and {@link #watch} know them until the pin is closed.
     * (Of a follower that has to start over from the leader's state, the pin keeps the snapshot only.)
     *
     * @throws CompactedException when it is older than {@link #compactedRevision()}
     * @throws FutureRevisionException when it has not happened yet
     */
    Pin pin(long revision);

    /**
     * A store in memory that begins with the state of a revision and goes on by itself: for dry runs and tests. Takes no longer for many
     * objects than for few, since both share them. The caller closes it.
     *
     * @throws CompactedException when the revision is older than {@link #compactedRevision()}
     * @throws FutureRevisionException when it has not happened yet
     */
    Store fork(long revision);

    /**
     * Watches the objects of one resource, in one namespace or in all ({@code namespace} null).
     *
     * @param filter which of their changes are delivered
     * @param after events of later revisions are delivered, and only those
     * @throws CompactedException when events after {@code after} are no longer known
     * @throws FutureRevisionException when {@code after} has not happened yet
     */
    Watch watch(String resource, @Nullable String namespace, WatchFilter filter, long after);

    /** As {@link #watch(String, String, WatchFilter, long)}, of every change. */
    default Watch watch(String resource, @Nullable String namespace, long after) {
        return watch(resource, namespace, WatchFilter.ALL, after);
    }

    /**
     * Forgets the past before {@code revision}, or before the oldest pinned one and the rest once it is not pinned any more.
     * Snapshots already taken stay readable, running watches go on. Nothing happens when that much was forgotten before.
     *
     * @throws FutureRevisionException when it has not happened yet
     */
    void compact(long revision);

    /**
     * Ends all watches, waits for pending writes and closes the journal. Idempotent. Later writes and watches get
     * {@link UnavailableException}; what is in memory stays readable.
     */
    @Override
    void close();

    /** There is an object under the key already. */
    final class KeyExistsException extends RuntimeException {
        private static final long serialVersionUID = 1;
        private final transient StoredObject existing;

        public KeyExistsException(StoredObject existing) {
            super(existing.key() + " exists", null, false, false);
            this.existing = existing;
        }

        public StoredObject existing() {
            return existing;
        }
    }

    /** The object's revision is not the expected one. */
    final class RevisionConflictException extends RuntimeException {
        private static final long serialVersionUID = 1;
        private final transient @Nullable StoredObject current;

        public RevisionConflictException(Key key, @Nullable StoredObject current) {
            super(key + (current == null ? " is gone" : " is at revision " + current.revision()), null, false, false);
            this.current = current;
        }

        /** The object as it is, or null when it is gone. */
        public @Nullable StoredObject current() {
            return current;
        }
    }

    /** The past that was asked for is no longer known. */
    final class CompactedException extends RuntimeException {
        private static final long serialVersionUID = 1;
        private final long compactedRevision;

        public CompactedException(long revision, long compactedRevision) {
            super("revision " + revision + " was compacted, the oldest known is " + compactedRevision);
            this.compactedRevision = compactedRevision;
        }

        public long compactedRevision() {
            return compactedRevision;
        }
    }

    /** The revision that was asked for has not happened yet. */
    final class FutureRevisionException extends RuntimeException {
        private static final long serialVersionUID = 1;
        private final long current;

        public FutureRevisionException(long revision, long current) {
            super("revision " + revision + " has not happened yet, the current one is " + current);
            this.current = current;
        }

        public long current() {
            return current;
        }
    }

    /** An object is larger than the store keeps any. */
    final class ObjectTooLargeException extends RuntimeException {
        private static final long serialVersionUID = 1;

        ObjectTooLargeException(int size, int most) {
            super("the object has " + size + " bytes, the limit is " + most);
        }
    }

    /**
     * The store takes no writes: it was closed, or its journal failed. What was acknowledged is safe; whether the write that got
     * this happened is not known when the journal failed.
     */
    final class UnavailableException extends RuntimeException {
        private static final long serialVersionUID = 1;

        public UnavailableException(String message, @Nullable Throwable cause) {
            super(message, cause);
        }
    }
}
