package dev.proa.control.scheduler.plugin.volume;

import dev.proa.api.view.KubeObject;
import dev.proa.client.ObjectKey;
import dev.proa.client.informer.Informer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The objects of an informer with changes on top that the scheduler has decided and not written yet, so that the next pod does not get
 * the same volume. An assumption ends as soon as the informer shows a newer object. Thread-safe.
 */
public final class AssumeCache<T extends KubeObject> {
    private final Informer<T> informer;
    private final Map<ObjectKey, T> assumed = new ConcurrentHashMap<>();

    public AssumeCache(Informer<T> informer) {
        this.informer = informer;
    }

    /** The object with what is assumed about it; null when it does not exist. */
    public @Nullable T get(String namespace, String name) {
        return get(new ObjectKey(namespace, name));
    }

    private @Nullable T get(ObjectKey key) {
        T seen = informer.get(key);
        T changed = assumed.get(key);
        if (changed == null) {
            return seen;
        }
        if (seen != null && seen.resourceVersion().equals(changed.resourceVersion())) {
            return changed;
        }
        assumed.remove(key, changed);
        return seen;
    }

    /** An object of the informer with what is assumed about it. */
    T current(T seen) {
        if (assumed.isEmpty()) {
            return seen;
        }
        T changed = assumed.get(ObjectKey.of(seen.value()));
        return changed != null && changed.resourceVersion().equals(seen.resourceVersion()) ? changed : seen;
    }

    /** The object as the API server has it, as far as known. */
    public @Nullable T written(String namespace, String name) {
        return informer.get(namespace, name);
    }

    /**
     * Assumes a change.
     *
     * @param changed has the resource version of the object that it was made from
     * @return false when the object has been changed or deleted since
     */
    public boolean assume(T changed) {
        ObjectKey key = ObjectKey.of(changed.value());
        T seen = informer.get(key);
        if (seen == null || !seen.resourceVersion().equals(changed.resourceVersion())) {
            return false;
        }
        assumed.put(key, changed);
        return true;
    }

    /** Takes an assumption back. Idempotent. */
    public void restore(T changed) {
        assumed.remove(ObjectKey.of(changed.value()));
    }
}
