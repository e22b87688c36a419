package dev.proa.server.store;

import java.util.List;

/**
 * The durable log of commits. Each entry holds the state of an object after the commit, and stays until a later state of the same
 * object makes it obsolete and the history is compacted.
 *
 * <p>For one thread at a time: {@link #recover} first and once, then everything else from the store's writer thread.
 */
public interface Journal extends AutoCloseable {

    /** A journal that keeps nothing. */
    static Journal none() {
        return NoJournal.INSTANCE;
    }

    /** Whether it writes {@link StoredObject#json()}, which is then encoded by the threads that write to the store. */
    boolean wantsBytes();

    /**
     * Reads all entries into {@code recovery}, in the order of revisions.
     *
     * @throws JournalException when it cannot be read, or says what cannot be
     */
    void recover(Recovery recovery);

    /**
     * Makes commits durable, all or none of them.
     *
     * @param batch in the order of their revisions, following on what was appended before
     * @throws JournalException when it could not
     */
    void append(List<Watch.Event> batch);

    /**
     * Deletes obsolete commits durably. Called repeatedly with a part of them, so that no call takes long.
     *
     * @param compacted the revision before which the past is not known any more
     * @param obsolete revisions of commits up to {@code compacted} that no state from then on is made of
     */
    void forget(long compacted, List<Long> obsolete);

    /** Whether values may be stored in a form that they would not have if they were written now; {@link #rewrite} mends that. */
    default boolean isStale() {
        return false;
    }

    /**
     * Writes a part of such values anew, durably. Called repeatedly, so that no call takes long.
     *
     * @return whether there may be more
     * @throws JournalException when it could not; nothing is lost
     */
    default boolean rewrite() {
        return false;
    }

    /** Releases the files. Idempotent. */
    @Override
    void close();

    /** What a journal is read into. */
    interface Recovery {

        /** Called first. Commits up to this revision make up the oldest state that is known; they have gaps where obsolete ones were. */
        void compacted(long revision);

        /** A commit that created or updated an object. */
        void put(Key key, long createRevision, long revision, byte[] json);

        /** A commit that deleted an object. */
        void delete(Key key, long revision);
    }

    /** The journal failed, and what to do about it. */
    final class JournalException extends RuntimeException {
        private static final long serialVersionUID = 1;
        private final boolean undone;

        /**
         * @param undone whether nothing of what was asked has happened or will, so that it can be tried again
         */
        public JournalException(String message, boolean undone, Throwable cause) {
            super(message, cause);
            this.undone = undone;
        }

        public JournalException(String message) {
            super(message);
            this.undone = false;
        }

        public boolean undone() {
            return undone;
        }
    }
}
