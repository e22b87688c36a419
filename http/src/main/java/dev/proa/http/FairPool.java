package dev.proa.http;

import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A few threads for work that takes the processor for long, which users get in turn: however much one of them asks for, another waits
 * for no more than the piece that is being done. On virtual threads such work would hold up all others of its carrier.
 */
public final class FairPool {
    private final Map<String, Queue<Runnable>> waiting = new LinkedHashMap<>();

    /** @param threads daemons; they live as long as the process */
    public FairPool(String name, int threads) {
        for (int i = 0; i < threads; i++) {
            Thread.ofPlatform().daemon().name(name + "-" + i).start(this::work);
        }
    }

    /**
     * Has work done and waits for it, not on an event loop.
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
        try {
            return done.join();
        } catch (CompletionException e) {
            switch (e.getCause()) {
                case RuntimeException failure -> throw failure;
                case Error failure -> throw failure;
                case null, default -> throw e;
            }
        }
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

    /** The first task of the user whose turn it is; who has more goes to the end. */
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
