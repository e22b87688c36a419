package dev.proa.control.scheduler.framework;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * What plugins remember of one attempt to schedule a pod, from {@link Plugin.PreFilter} to {@link Plugin.PostBind}: a plugin writes
 * under a key of its own and reads it at later extension points. Also knows the snapshot that the attempt works on. Thread-safe.
 */
public final class CycleState {
    private final Snapshot snapshot;
    private final Map<Key<?>, Data> data = new ConcurrentHashMap<>(4);
    private volatile Set<String> skippedFilters = Set.of();
    private volatile Set<String> skippedScores = Set.of();
    private volatile Set<String> skippedPreBinds = Set.of();
    private Plugin.Filter @Nullable [] filters;

    /** A value in the state. */
    public interface Data {
        /** A copy that can change independently; an immutable value returns itself. */
        Data copy();
    }

    /** A typed key; two keys are never equal. */
    public static final class Key<T extends Data> {
        private final Class<T> type;

        private Key(Class<T> type) {
            this.type = type;
        }

        public static <T extends Data> Key<T> of(Class<T> type) {
            return new Key<>(type);
        }
    }

    public CycleState(Snapshot snapshot) {
        this.snapshot = snapshot;
    }

    /** The cluster as this attempt sees it. */
    public Snapshot snapshot() {
        return snapshot;
    }

    public <T extends Data> void write(Key<T> key, T value) {
        data.put(key, value);
    }

    /** What was written under {@code key}; null when nothing was. */
    public <T extends Data> @Nullable T read(Key<T> key) {
        Data value = data.get(key);
        return value == null ? null : key.type.cast(value);
    }

    public void delete(Key<?> key) {
        data.remove(key);
    }

    /** A copy that changes independently, for plugins that simulate other clusters (preemption). */
    public CycleState copy() {
        CycleState copy = new CycleState(snapshot);
        data.forEach((key, value) -> copy.data.put(key, value.copy()));
        copy.skippedFilters = skippedFilters;
        copy.skippedScores = skippedScores;
        copy.skippedPreBinds = skippedPreBinds;
        copy.filters = filters;
        return copy;
    }

    /** The plugins whose {@link Plugin.PreFilter} returned {@link Code#SKIP}: their {@link Plugin.Filter} is not called. */
    public Set<String> skippedFilters() {
        return skippedFilters;
    }

    void skipFilters(Set<String> plugins) {
        skippedFilters = Set.copyOf(plugins);
        filters = null;
    }

    /** The plugins whose {@link Plugin.PreScore} returned {@link Code#SKIP}: their {@link Plugin.Score} is not called. */
    public Set<String> skippedScores() {
        return skippedScores;
    }

    void skipScores(Set<String> plugins) {
        skippedScores = Set.copyOf(plugins);
    }

    /** The plugins whose pre-flight returned {@link Code#SKIP}: their {@link Plugin.PreBind} is not called. */
    public Set<String> skippedPreBinds() {
        return skippedPreBinds;
    }

    void skipPreBinds(Set<String> plugins) {
        skippedPreBinds = Set.copyOf(plugins);
    }

    /** Those of {@code all} that are not skipped; computed once, since it is asked for each node. */
    Plugin.Filter[] filters(List<Plugin.Filter> all) {
        Plugin.Filter[] known = filters;
        if (known == null) {
            known = all.stream()
                    .filter(plugin -> !skippedFilters.contains(plugin.name()))
                    .toArray(Plugin.Filter[]::new);
            filters = known;
        }
        return known;
    }
}
