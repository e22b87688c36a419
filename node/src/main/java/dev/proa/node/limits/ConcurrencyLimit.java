package dev.proa.node.limits;

import java.util.HashMap;
import java.util.Map;

/** Limits how many things exist at a time, in total and per owner. Thread-safe. */
public final class ConcurrencyLimit<K> {
    private final int all;
    private final int ofOwner;
    private final Map<K, Integer> taken = new HashMap<>();
    private int count;

    /**
     * @param all largest number in total
     * @param ofOwner largest number per owner
     */
    public ConcurrencyLimit(int all, int ofOwner) {
        this.all = all;
        this.ofOwner = ofOwner;
    }

    /** Takes a place, to be {@linkplain #give returned}; false when there is none for this owner. */
    public synchronized boolean take(K owner) {
        int own = taken.getOrDefault(owner, 0);
        if (count >= all || own >= ofOwner) {
            return false;
        }
        count++;
        taken.put(owner, own + 1);
        return true;
    }

    /** Returns a place. */
    public synchronized void give(K owner) {
        if (taken.containsKey(owner)) {
            count--;
            taken.computeIfPresent(owner, (key, own) -> own == 1 ? null : own - 1);
        }
    }
}
