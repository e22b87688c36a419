package dev.proa.client.reconcile;

import java.time.Duration;

/**
 * Brings what a key names closer to what is wanted of it.
 *
 * <p>It gets a key and not a change: it looks at what is there now, so it may be called too often, and after a restart, without
 * harm. For one key it is never called twice at the same time. An exception means "again, later, with growing distance".
 */
@FunctionalInterface
public interface Reconciler<K> {
    Result reconcile(K key) throws InterruptedException;

    /** When a key is to be looked at again although nothing changed. */
    sealed interface Result {
        /** Not before something changes. */
        Result DONE = new Done();

        static Result after(Duration delay) {
            return new After(delay);
        }

        /** Nothing to do until something changes. */
        record Done() implements Result {}

        /** Look again once {@code delay} has passed; this is no failure. */
        record After(Duration delay) implements Result {}
    }
}
