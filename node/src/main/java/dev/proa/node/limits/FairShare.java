package dev.proa.node.limits;

import java.net.InetAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Things that addresses hold, such as connections, of which there is room for some. A new one always gets in: when there are too many, the
 * oldest one of the address that holds most has to go. So whoever comes with thousands drives out his own, and one that is soon done with is
 * gone before it is the oldest. Any thread.
 */
public final class FairShare<T> {
    private final int all;
    private final int ofAddress;
    private final Map<InetAddress, Deque<T>> held = new HashMap<>();
    private int count;

    /**
     * @param all room for so many
     * @param ofAddress of which so many may be of one address
     */
    public FairShare(int all, int ofAddress) {
        this.all = all;
        this.ofAddress = ofAddress;
    }

    /** Adds a thing, and returns those that have to go for it, which are not held any more. */
    public synchronized List<T> add(InetAddress address, T thing) {
        held.computeIfAbsent(address, key -> new ArrayDeque<>()).add(thing);
        count++;
        List<T> going = new ArrayList<>(1);
        while (held.get(address) instanceof Deque<T> own && own.size() > ofAddress) {
            going.add(removeOldest(address, own));
        }
        while (count > all) {
            held.entrySet().stream()
                    .max(Comparator.comparingInt(entry -> entry.getValue().size()))
                    .ifPresent(most -> going.add(removeOldest(most.getKey(), most.getValue())));
        }
        return going;
    }

    private T removeOldest(InetAddress address, Deque<T> own) {
        T oldest = own.getFirst();
        remove(address, oldest);
        return oldest;
    }

    /** It is held no longer. Idempotent. */
    public synchronized void remove(InetAddress address, T thing) {
        Deque<T> own = held.get(address);
        if (own != null && own.remove(thing)) {
            count--;
            if (own.isEmpty()) {
                held.remove(address);
            }
        }
    }
}
