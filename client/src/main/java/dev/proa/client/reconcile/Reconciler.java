package dev.proa.client.reconcile;

import java.time.Duration;

/**
 * Brings the object that a key names closer to its desired state.
 *
 * <p>It gets a key, not a change, and looks at the current state, so calls too many and calls after a restart do no
 * harm. It is never called for one key by two threads at once. An exception means: retry with back-off.
 */
@FunctionalInterface
public interface Reconciler<K> {
    Result reconcile(K key) throws InterruptedException;

    /** When to reconcile a key again although nothing changed. */
    sealed interface Result {
        /** Not before something changes. */
        Result DONE = new Done();

        static Result after(Duration delay) {
            return new After(delay);
        }

        /** Nothing to do until something changes. */
        record Done() implements Result {}

        /** Reconcile again after {@code delay}; not counted as a failure. */
        record After(Duration delay) implements Result {}
    }
}
