package dev.proa.control.scheduler.framework;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The pods whose {@link Plugin.PreBind}s run, by uid. Until these have ended the binding can be cancelled, which interrupts the thread
 * that runs them. Thread-safe.
 */
final class PreBindings {
    private final Map<String, Running> pods = new ConcurrentHashMap<>();

    /** The current thread runs the plugins for a pod; it must {@link #end} that. */
    void begin(String uid) {
        pods.put(uid, new Running(Thread.currentThread()));
    }

    /**
     * The plugins have ended; from now on the binding cannot be cancelled.
     *
     * @return why it was cancelled; null when it was not
     */
    @Nullable
    String end(String uid) {
        Running running = pods.remove(uid);
        return running == null ? null : running.end();
    }

    /** Cancels the binding of a pod; returns false when its plugins do not run. */
    boolean cancel(String uid, String why) {
        Running running = pods.get(uid);
        return running != null && running.cancel(why);
    }

    private static final class Running {
        private final Thread thread;
        private boolean ended;
        private @Nullable String cancelled;

        Running(Thread thread) {
            this.thread = thread;
        }

        synchronized boolean cancel(String why) {
            if (!ended && cancelled == null) {
                cancelled = why;
                thread.interrupt();
            }
            return !ended;
        }

        synchronized @Nullable String end() {
            ended = true;
            if (cancelled != null) {
                Thread.interrupted(); // what comes next must not be interrupted
            }
            return cancelled;
        }
    }
}
