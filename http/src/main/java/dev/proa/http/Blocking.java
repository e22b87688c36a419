package dev.proa.http;

import io.vertx.core.Context;
import io.vertx.core.Future;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Checks that blocking calls are not made on event loops: an event loop that blocks serves nobody else, and deadlocks
 * when it waits for itself.
 */
public final class Blocking {
    private Blocking() {}

    /** Whether this thread is an event loop. */
    public static boolean isEventLoop() {
        return Context.isOnEventLoopThread();
    }

    /**
     * Call this before blocking.
     *
     * @throws IllegalStateException on an event loop
     */
    public static void check() {
        if (Context.isOnEventLoopThread()) {
            throw new IllegalStateException("an event loop may not wait: " + Thread.currentThread());
        }
    }

    /** Waits for a result; throws what it failed with, if that is unchecked. */
    public static <T extends @Nullable Object> T join(CompletableFuture<T> future) {
        check();
        try {
            return future.join();
        } catch (CompletionException e) {
            switch (e.getCause()) {
                case RuntimeException failure -> throw failure;
                case Error failure -> throw failure;
                case null, default -> throw e;
            }
        }
    }

    /** Waits for the end of a thread, however long it takes: an interrupt only shows afterwards. */
    public static void join(Thread thread) {
        check();
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Waits for the result of an event loop.
     *
     * @throws CompletionException when it failed, with the cause
     */
    public static <T> T await(Future<T> future) {
        check();
        return future.toCompletionStage().toCompletableFuture().join();
    }

    /**
     * Waits, without a timeout, for the other side of a connection.
     *
     * @throws IOException when it failed: the other side is gone
     * @throws InterruptedIOException when the thread is interrupted
     */
    public static <T> T awaitPeer(Future<T> future) throws IOException {
        check();
        try {
            return future.toCompletionStage().toCompletableFuture().get();
        } catch (ExecutionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new IOException(String.valueOf(cause.getMessage()), cause);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted");
        }
    }

    /**
     * Waits for the result of an event loop, for at most {@code patience}.
     *
     * @throws CompletionException when it failed or took too long, with the cause
     */
    public static <T> T await(Future<T> future, Duration patience) {
        check();
        try {
            return future.toCompletionStage().toCompletableFuture().get(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw new CompletionException(e.getCause());
        } catch (TimeoutException e) {
            throw new CompletionException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CompletionException(e);
        }
    }
}
