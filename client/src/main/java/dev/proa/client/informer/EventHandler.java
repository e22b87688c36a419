package dev.proa.client.informer;

/**
 * Receives every change that an {@link Informer} sees, one at a time and in order, after the informer's cache has been
 * updated. Runs on the informer's thread, so it must be quick and not block: usually it puts a key into a work queue.
 * (client-go gives each handler a goroutine and an unbounded buffer instead. Here that would cost a thread for each
 * handler and a hand-over for each change, and handlers would hear later.)
 *
 * <p>A handler that throws does not keep the change from other handlers, and gets the later changes itself.
 */
public interface EventHandler<T> {
    /** An object was added, or existed when this handler was added. */
    default void added(T object) {}

    /** An object changed. Several changes may arrive as one when the watch had to be restarted. */
    default void updated(T before, T after) {}

    /** An object was deleted. {@code last} is its last state seen, which may be older than its final state. */
    default void deleted(T last) {}
}
