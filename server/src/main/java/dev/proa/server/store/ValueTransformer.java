package dev.proa.server.store;

import java.io.IOException;

/**
 * Changes values on their way into the journal and back, as the storage transformers of kube-apiserver do: the place for encryption at
 * rest. What is in memory, and what clients see, is not changed.
 *
 * <p>Safe for any thread. Called for each write on the thread that commits, so it must not block.
 */
public interface ValueTransformer {
    /** Leaves values as they are. */
    ValueTransformer IDENTITY = new ValueTransformer() {
        @Override
        public byte[] toStorage(Key key, byte[] value) {
            return value;
        }

        @Override
        public byte[] fromStorage(Key key, byte[] stored) throws IOException {
            if (stored.length > 0 && stored[0] != '{') {
                throw new IOException("it is encrypted, and there is no configuration of encryption");
            }
            return stored;
        }
    };

    /**
     * What is stored for a value.
     *
     * @param key of the object: authenticated data, so that what was stored for one object is not accepted for another
     * @param value the object as JSON; must not be changed
     * @throws IOException when it cannot be transformed; the write fails, with those that would have been committed with it
     */
    byte[] toStorage(Key key, byte[] value) throws IOException;

    /**
     * The value of what is stored.
     *
     * @throws IOException when this is nothing that {@link #toStorage} made for {@code key}, or its secrets are not there; the message says which
     */
    byte[] fromStorage(Key key, byte[] stored) throws IOException;

    /** Whether {@link #toStorage} would store a value otherwise today, for example by another key: it should be rewritten. */
    default boolean isStale(Key key, byte[] stored) {
        return false;
    }

    /** Which transformer is for which resource. */
    @FunctionalInterface
    interface Selector {
        /** Leaves the values of all resources as they are. */
        Selector IDENTITY = resource -> ValueTransformer.IDENTITY;

        /** The transformer of a resource, such as {@code secrets}, by which values are stored now. */
        ValueTransformer of(String resource);

        /** Which transformers there are now: another one after they were replaced. */
        default String generation() {
            return "";
        }

        /** Told when all that is stored was looked at, and what was {@link ValueTransformer#isStale} rewritten, by the transformers of a generation. */
        default void rewritten(String generation) {}
    }
}
