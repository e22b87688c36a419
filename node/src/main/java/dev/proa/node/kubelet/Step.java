package dev.proa.node.kubelet;

import dev.proa.http.Blocking;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;

/**
 * A step of a pod's worker that may block for long, on a virtual thread that the worker starts, watches and ends: so the worker notices
 * meanwhile that its pod has changed.
 */
final class Step<T extends @Nullable Object> implements AutoCloseable {
    private final FutureTask<T> task;
    private final Thread thread;

    /** @param done called after the step has ended, however it did */
    Step(String name, Callable<T> body, Runnable done) {
        task = new FutureTask<>(body);
        thread = Thread.ofVirtual().name(name).start(() -> {
            task.run();
            done.run();
        });
    }

    boolean isDone() {
        return task.isDone();
    }

    /** The result of a step that is done. */
    T result() throws InterruptedException {
        try {
            return task.get();
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case RuntimeException failure -> throw failure;
                case InterruptedException interrupted -> throw interrupted;
                case null, default -> throw new IllegalStateException(e);
            }
        }
    }

    /** Interrupts the step if it still runs, and waits for its end. */
    @Override
    public void close() {
        thread.interrupt();
        Blocking.join(thread);
    }
}
