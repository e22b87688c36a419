package dev.proa.control.scheduler.plugin.volume;

import dev.proa.api.view.KubeObject;
import dev.proa.client.ObjectKey;
import dev.proa.client.informer.EventHandler;
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
        informer.addHandler(new EventHandler<T>() {
            @Override
            public void added(T object) {
                dropOthers(object);
            }

            @Override
            public void updated(T before, T after) {
                dropOthers(after);
            }

            @Override
            public void deleted(T last) {
                assumed.remove(ObjectKey.of(last.value()));
            }
        });
    }

    /** Ends what is assumed about an object unless it was made from {@code seen}. */
    private void dropOthers(T seen) {
        if (!assumed.isEmpty()) {
            assumed.computeIfPresent(
                    ObjectKey.of(seen.value()), (key, changed) -> isMadeFrom(seen, changed) ? changed : null);
        }
    }

    private boolean isMadeFrom(@Nullable T seen, T changed) {
        return seen != null && seen.resourceVersion().equals(changed.resourceVersion());
    }

    /** The object with what is assumed about it; null when it does not exist. */
    public @Nullable T get(String namespace, String name) {
        T seen = informer.get(namespace, name);
        return seen == null ? null : current(seen);
    }

    /** An object of the informer with what is assumed about it. */
    T current(T seen) {
        if (assumed.isEmpty()) {
            return seen;
        }
        T changed = assumed.get(ObjectKey.of(seen.value()));
        return changed != null && isMadeFrom(seen, changed) ? changed : seen;
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
        if (!isMadeFrom(informer.get(key), changed)) {
            return false;
        }
        assumed.put(key, changed);
        if (isMadeFrom(informer.get(key), changed)) {
            return true;
        }
        assumed.remove(key, changed); // the event may have come before the assumption, which nothing would end then
        return false;
    }

    /** How many objects something is assumed about. */
    int size() {
        return assumed.size();
    }

    /** Takes an assumption back. Idempotent. */
    public void restore(T changed) {
        assumed.remove(ObjectKey.of(changed.value()));
    }
}
