package dev.proa.http;

import java.net.InetAddress;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.SequencedSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The unauthenticated connections, by source address. When there are too many, one of the address with the most is
 * evicted: the oldest that has sent nothing, else the oldest. So a new connection always gets in: an honest client
 * authenticates within milliseconds, and only those who hold a place without doing so lose it. Thread-safe.
 *
 * @param <C> a connection
 */
public final class UnauthenticatedConnections<C> {
    /** How many of the oldest are checked for having sent nothing. */
    private static final int ASKED = 64;

    private final int most;
    private final int mostOfAddress;
    private final Predicate<C> silent;
    private final Map<InetAddress, SequencedSet<C>> byAddress = new HashMap<>();
    private int count;

    /**
     * @param most largest number of connections
     * @param mostOfAddress largest number from one address
     * @param silent whether nothing has been received on a connection
     */
    public UnauthenticatedConnections(int most, int mostOfAddress, Predicate<C> silent) {
        this.most = most;
        this.mostOfAddress = mostOfAddress;
        this.silent = silent;
    }

    /** Adds a connection; removes and returns the one that is evicted for it, if any. */
    public synchronized @Nullable C add(InetAddress address, C connection) {
        SequencedSet<C> own = byAddress.computeIfAbsent(address, key -> new LinkedHashSet<>());
        own.add(connection);
        count++;
        if (own.size() > mostOfAddress) {
            return removeOne(address, own);
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
        return largest == null ? null : removeOne(largest.getKey(), largest.getValue());
    }

    private C removeOne(InetAddress address, SequencedSet<C> connections) {
        C gone = connections.stream()
                .limit(Math.min(ASKED, connections.size() - 1)) // never the newest, which had no chance yet
                .filter(silent)
                .findFirst()
                .orElseGet(connections::getFirst);
        remove(address, gone);
        return gone;
    }

    /** Removes a connection that has ended or authenticated. Idempotent. */
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
