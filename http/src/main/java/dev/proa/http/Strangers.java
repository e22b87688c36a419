package dev.proa.http;

import java.net.InetAddress;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.SequencedSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The connections on which nobody has shown a credential, by where they come from. When there are too many, one of the address with the
 * most gives way: the oldest that has said nothing, or the oldest. Whoever has something to show needs a few milliseconds to do so, whoever
 * holds a place loses it, and a new one always gets in. Safe for any thread.
 *
 * @param <C> a connection
 */
public final class Strangers<C> {
    /** So many of the oldest are asked whether they have said nothing. */
    private static final int ASKED = 64;

    private final int most;
    private final int mostOfAddress;
    private final Predicate<C> silent;
    private final Map<InetAddress, SequencedSet<C>> byAddress = new HashMap<>();
    private int count;

    /**
     * @param most at a time
     * @param mostOfAddress of them from one address
     * @param silent whether nothing has come on a connection
     */
    public Strangers(int most, int mostOfAddress, Predicate<C> silent) {
        this.most = most;
        this.mostOfAddress = mostOfAddress;
        this.silent = silent;
    }

    /** Adds a connection, and takes out and returns the one that has to give way to it, if one has to. */
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
                .limit(Math.min(ASKED, connections.size() - 1)) // never the newest, which had no time yet
                .filter(silent)
                .findFirst()
                .orElseGet(connections::getFirst);
        remove(address, gone);
        return gone;
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
