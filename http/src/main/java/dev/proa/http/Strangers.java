package dev.proa.http;

import java.net.InetAddress;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.SequencedSet;
import org.jspecify.annotations.Nullable;

/**
 * The connections on which nobody has shown a credential, by where they come from. A new one always gets in: when there are too many, the
 * oldest of the address with the most gives way. Whoever comes with something to show needs a few milliseconds to do so, and whoever comes
 * with thousands drives out his own. Safe for any thread.
 *
 * @param <C> a connection
 */
public final class Strangers<C> {
    private final int most;
    private final int mostOfAddress;
    private final Map<InetAddress, SequencedSet<C>> byAddress = new HashMap<>();
    private int count;

    /**
     * @param most at a time
     * @param mostOfAddress of them from one address
     */
    public Strangers(int most, int mostOfAddress) {
        this.most = most;
        this.mostOfAddress = mostOfAddress;
    }

    /** Adds a connection, and takes out and returns the one that has to give way to it, if one has to. */
    public synchronized @Nullable C add(InetAddress address, C connection) {
        SequencedSet<C> own = byAddress.computeIfAbsent(address, key -> new LinkedHashSet<>());
        own.add(connection);
        count++;
        if (own.size() > mostOfAddress) {
            return removeOldest(address, own);
        }
        if (count <= most) {
            return null;
        }
        Map.Entry<InetAddress, SequencedSet<C>> largest = null;
        for (Map.Entry<InetAddress, SequencedSet<C>> each : byAddress.entrySet()) {
            boolean isNewest = each.getValue() == own && own.size() == 1;
            if (!isNewest
                    && (largest == null
                            || each.getValue().size() > largest.getValue().size())) {
                largest = each;
            }
        }
        return largest == null ? null : removeOldest(largest.getKey(), largest.getValue());
    }

    private C removeOldest(InetAddress address, SequencedSet<C> connections) {
        C oldest = connections.getFirst();
        remove(address, oldest);
        return oldest;
    }

    /** Takes out a connection that has ended or is known now. Idempotent. */
    public synchronized void remove(InetAddress address, C connection) {
        SequencedSet<C> own = byAddress.get(address);
        if (own != null && own.remove(connection)) {
            count--;
            if (own.isEmpty()) {
                byAddress.remove(address);
            }
        }
    }

    synchronized int count() {
        return count;
    }
}
