package dev.proa.control.shared;

import dev.proa.api.view.KubeObject;
import dev.proa.client.ObjectKey;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Remembers the resource versions that a controller wrote, so that it does not act on an older state from its cache, which would
 * only end in a conflict. The event of its own write queues the object again. Resource versions are compared as numbers (KEP-5504).
 * Thread-safe.
 */
public final class Freshness {
    private final ConcurrentHashMap<ObjectKey, Written> written = new ConcurrentHashMap<>();

    /** {@code object} is what a write was answered with. */
    public void wrote(KubeObject object) {
        long version = version(object);
        if (version > 0) {
            written.put(ObjectKey.of(object.value()), new Written(object.uid(), version));
        }
    }

    /** Whether {@code cached} is older than what was written. */
    public boolean isBehind(KubeObject cached) {
        ObjectKey key = ObjectKey.of(cached.value());
        Written last = written.get(key);
        if (last == null) {
            return false;
        }
        if (last.uid.equals(cached.uid()) && version(cached) < last.version) {
            return true;
        }
        written.remove(key, last);
        return false;
    }

    public void forget(ObjectKey key) {
        written.remove(key);
    }

    private static long version(KubeObject object) {
        try {
            return Long.parseLong(object.resourceVersion());
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    private record Written(String uid, long version) {}
}
