package dev.proa.http;

import java.util.HashMap;
import java.util.Map;

/**
 * A budget (of bytes, connections, watches) shared fairly: nobody may hold more than half of what the others leave, so
 * there is always something left for the next. Thread-safe.
 */
public final class FairBudget {
    private final long total;
    private final Map<String, Long> held = new HashMap<>();
    private long taken;

    public FairBudget(long total) {
        this.total = total;
    }

    /**
     * Takes {@code amount}, or returns false and takes nothing when {@code who} may not have that much now. It is
     * returned by {@link #give}.
     */
    public synchronized boolean take(String who, long amount) {
        long own = held.getOrDefault(who, 0L);
        if (own + amount > (total - taken + own) / 2) {
            return false;
        }
        held.put(who, own + amount);
        taken += amount;
        return true;
    }

    /** Returns what was taken. */
    public synchronized void give(String who, long amount) {
        taken -= amount;
        held.computeIfPresent(who, (name, own) -> own > amount ? own - amount : null);
        notifyAll();
    }

    /**
     * As {@link #take}, but waits for others to return theirs.
     *
     * @return false when there was not enough within the timeout
     */
    public boolean take(String who, long amount, long patienceMillis) throws InterruptedException {
        Blocking.check();
        long end = System.nanoTime() + patienceMillis * 1_000_000;
        synchronized (this) {
            while (!take(who, amount)) {
                long left = (end - System.nanoTime()) / 1_000_000;
                if (left <= 0) {
                    return false;
                }
                wait(left);
            }
            return true;
        }
    }

    /** How much is held by all. */
    public synchronized long taken() {
        return taken;
    }

    /** The most that one holder can ever have. */
    public long most() {
        return total / 2;
    }
}
