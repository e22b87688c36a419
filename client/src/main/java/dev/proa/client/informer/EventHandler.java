package dev.proa.client.informer;

import java.util.function.Predicate;

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

    /** A handler that runs {@code action} with each change of an object that is concerned before or after it. */
    static <T> EventHandler<T> onChangeOf(Predicate<T> isConcerned, Runnable action) {
        return new EventHandler<>() {
            @Override
            public void added(T object) {
                run(isConcerned.test(object));
            }

            @Override
            public void updated(T before, T after) {
                run(isConcerned.test(before) || isConcerned.test(after));
            }

            @Override
            public void deleted(T last) {
                run(isConcerned.test(last));
            }

            private void run(boolean concerned) {
                if (concerned) {
                    action.run();
                }
            }
        };
    }
}
