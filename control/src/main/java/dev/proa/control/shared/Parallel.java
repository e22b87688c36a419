package dev.proa.control.shared;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Does the same to many items at once, each on a virtual thread. */
public final class Parallel {
    private Parallel() {}

    /**
     * Runs {@code action} for each item and returns when all have ended.
     *
     * @return for each item, in their order, the failure; null where there was none
     */
    public static <T> List<@Nullable RuntimeException> run(List<T> items, Consumer<T> action)
            throws InterruptedException {
        @Nullable RuntimeException[] failures = new RuntimeException[items.size()];
        List<Thread> threads = new ArrayList<>(items.size());
        for (int i = 0; i < items.size(); i++) {
            int at = i;
            threads.add(Thread.ofVirtual().start(() -> failures[at] = attempt(items.get(at), action)));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        return Arrays.asList(failures);
    }

    /** Whatever it was, the caller must hear that the action failed. */
    private static <T> @Nullable RuntimeException attempt(T item, Consumer<T> action) {
        try {
            action.accept(item);
            return null;
        } catch (RuntimeException e) {
            return e;
        } catch (Error e) {
            return new IllegalStateException(e);
        }
    }
}
