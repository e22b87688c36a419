package dev.proa.image.registry;

import dev.proa.image.ImageFailure;
import dev.proa.image.ImageFailure.Reason;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.function.LongSupplier;

/** Runs transfers: several side by side, and again when they fail for reasons that may pass. */
final class Transfers {
    private static final int AT_ONCE = 4;
    private static final int ATTEMPTS = 3;

    private Transfers() {}

    /** One transfer, or a part of it. */
    interface Attempt<T> {
        T run() throws IOException;
    }

    /** An action for an item of a list. */
    interface Action<T> {
        void run(T item) throws IOException;
    }

    /** Runs the action for each item, some at once; the first failure cancels the others and is thrown. */
    static <T> void each(List<T> items, Action<T> action) {
        Semaphore slots = new Semaphore(AT_ONCE);
        List<Future<?>> running = new ArrayList<>();
        try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            for (T item : items) {
                running.add(executor.submit(() -> {
                    slots.acquire();
                    try {
                        action.run(item);
                        return null;
                    } finally {
                        slots.release();
                    }
                }));
            }
            for (Future<?> transfer : running) {
                await(transfer, running);
            }
        }
    }

    private static void await(Future<?> transfer, List<Future<?>> all) {
        try {
            transfer.get();
        } catch (ExecutionException e) {
            all.forEach(other -> other.cancel(true));
            if (e.getCause() instanceof ImageFailure failure) {
                throw failure;
            }
            throw new ImageFailure(Reason.UNAVAILABLE, "transfer failed: " + e.getCause(), e);
        } catch (InterruptedException e) {
            all.forEach(other -> other.cancel(true));
            Thread.currentThread().interrupt();
            throw new ImageFailure(Reason.UNAVAILABLE, "interrupted during the transfer", e);
        }
    }

    /** Repeats what failed and may succeed later, soon and after a second. */
    static <T> T retrying(Attempt<T> attempt) {
        return resuming(() -> 0, attempt);
    }

    /**
     * The same for what goes on where it broke off: only failures without progress between them are counted.
     *
     * @param progress how far it is
     */
    static <T> T resuming(LongSupplier progress, Attempt<T> attempt) {
        for (int failures = 1; ; failures++) {
            long before = progress.getAsLong();
            ImageFailure failure;
            try {
                return attempt.run();
            } catch (IOException e) {
                failure = new ImageFailure(
                        Reason.UNAVAILABLE, "the connection to the registry broke: " + e.getMessage(), e);
            } catch (ImageFailure e) {
                failure = e;
            }
            failures = progress.getAsLong() > before ? 1 : failures;
            if (failures == ATTEMPTS || failure.reason() != Reason.UNAVAILABLE) {
                throw failure;
            }
            try {
                Thread.sleep(Duration.ofMillis(failures == 1 ? 100 : 1000));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw failure;
            }
        }
    }
}
