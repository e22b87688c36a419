package dev.proa.http;

import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A thread pool for CPU-bound work that serves users in turn (round robin): however much one user submits, another
 * waits only for the tasks that are running. On virtual threads such work would keep a carrier from all others.
 */
public final class FairPool {
    private final Map<String, Queue<Runnable>> waiting = new LinkedHashMap<>();

    /** @param threads number of daemon threads, which live as long as the process */
    public FairPool(String name, int threads) {
        for (int i = 0; i < threads; i++) {
            Thread.ofPlatform().daemon().name(name + "-" + i).start(this::work);
        }
    }

    /**
     * Runs {@code work} in the pool and waits for it. Not on an event loop.
     *
     * @throws RuntimeException or {@link Error}, whatever the work throws
     */
    public <T extends @Nullable Object> T run(String user, Supplier<T> work) {
        Blocking.check();
        CompletableFuture<T> done = new CompletableFuture<>();
        add(user, () -> {
            try {
                done.complete(work.get());
            } catch (Throwable e) {
                done.completeExceptionally(e);
            }
        });
        return Blocking.join(done);
    }

    private synchronized void add(String user, Runnable task) {
        waiting.computeIfAbsent(user, name -> new ArrayDeque<>()).add(task);
        notify();
    }

    private void work() {
        try {
            while (true) {
                next().run();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // nobody does
        }
    }

    /** The first task of the user whose turn it is; a user with more tasks goes to the end of the line. */
    private synchronized Runnable next() throws InterruptedException {
        while (waiting.isEmpty()) {
            wait();
        }
        Map.Entry<String, Queue<Runnable>> turn = waiting.entrySet().iterator().next();
        Queue<Runnable> tasks = turn.getValue();
        Runnable task = tasks.remove();
        waiting.remove(turn.getKey());
        if (!tasks.isEmpty()) {
            waiting.put(turn.getKey(), tasks);
        }
        return task;
    }
}
