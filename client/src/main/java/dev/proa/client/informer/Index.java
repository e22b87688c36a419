package dev.proa.client.informer;

import dev.proa.client.ObjectKey;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Looks up the objects of an informer by something other than their name, such as a pod's node. Thread-safe. */
public final class Index<T> {
    private static final Logger LOG = LoggerFactory.getLogger(Index.class);

    private final Function<T, ? extends Collection<String>> values;
    private final Map<String, Map<ObjectKey, T>> buckets = new ConcurrentHashMap<>();

    Index(Function<T, ? extends Collection<String>> values) {
        this.values = values;
    }

    /** The objects that have {@code value}, in no particular order. A snapshot that the caller may keep. */
    public List<T> get(String value) {
        Map<ObjectKey, T> bucket = buckets.get(value);
        return bucket == null ? List.of() : List.copyOf(bucket.values());
    }

    /** How many objects have {@code value}. */
    public int count(String value) {
        Map<ObjectKey, T> bucket = buckets.get(value);
        return bucket == null ? 0 : bucket.size();
    }

    /** The values that at least one object has now. */
    public Set<String> values() {
        return Set.copyOf(buckets.keySet());
    }

    void put(ObjectKey key, T object) {
        for (String value : valuesOf(key, object)) {
            buckets.computeIfAbsent(value, absent -> new ConcurrentHashMap<>(4)).put(key, object);
        }
    }

    void replace(ObjectKey key, T before, T after) {
        Collection<String> now = valuesOf(key, after);
        for (String value : valuesOf(key, before)) {
            if (!now.contains(value)) {
                removeFrom(value, key);
            }
        }
        put(key, after);
    }

    void remove(ObjectKey key, T object) {
        for (String value : valuesOf(key, object)) {
            removeFrom(value, key);
        }
    }

    /** An object for which the function fails has no values: the informer and its handlers must go on. */
    private Collection<String> valuesOf(ObjectKey key, T object) {
        try {
            return values.apply(object);
        } catch (RuntimeException | Error e) {
            LOG.error("{} cannot be indexed and is missing from the index", key, e);
            return List.of();
        }
    }

    /** Only the informer's thread writes, so an empty bucket stays empty until it is taken away. */
    private void removeFrom(String value, ObjectKey key) {
        Map<ObjectKey, T> bucket = buckets.get(value);
        if (bucket != null) {
            bucket.remove(key);
            if (bucket.isEmpty()) {
                buckets.remove(value);
            }
        }
    }
}
