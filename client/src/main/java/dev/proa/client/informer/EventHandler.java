package dev.proa.client.informer;

/**
 * Is told of every change that an {@link Informer} sees, one at a time and in order, after the informer's own view shows it. Runs
 * on the informer's thread, so it must be quick and not block: usually it puts a key into a queue.
 */
public interface EventHandler<T> {
    /** An object appeared, or was there when this handler was added. */
    default void added(T object) {}

    /** An object changed. Changes that followed each other quickly may be seen as one when the watch had to start anew. */
    default void updated(T before, T after) {}

    /** An object went. {@code last} is its last state seen, which may be older than its last state. */
    default void deleted(T last) {}
}
