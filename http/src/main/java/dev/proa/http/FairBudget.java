package dev.proa.http;

import java.util.HashMap;
import java.util.Map;

/**
 * So much of something (bytes, connections, watches), shared by those who ask: nobody may hold more than half of what the others do not
 * hold, so that there is always something left for the next. Safe for any thread.
 */
public final class FairBudget {
    private final long total;
    private final Map<String, Long> held = new HashMap<>();
    private long taken;

    public FairBudget(long total) {
        this.total = total;
    }

    /**
     * Takes so much, or nothing and returns false when it is more than {@code who} may have now. What was taken is given back by
     * {@link #give}.
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

    /** Gives back what was taken. */
    public synchronized void give(String who, long amount) {
        taken -= amount;
        held.computeIfPresent(who, (name, own) -> own > amount ? own - amount : null);
        notifyAll();
    }

    /**
     * As {@link #take}, but waits for others to give back.
     *
     * @return false when there was not enough in time
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

    /** The most that anybody can ever have. */
    public long most() {
        return total / 2;
    }
}
