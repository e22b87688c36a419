package dev.proa.control.scheduler.framework;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/** What the plugins of all profiles of a scheduler share: one object of each type. Thread-safe. */
public final class SharedState {
    private final Map<Class<?>, Object> objects = new ConcurrentHashMap<>();

    /** The object of a type; {@code maker} makes it if it is the first to ask. */
    public <T> T get(Class<T> type, Supplier<T> maker) {
        return type.cast(objects.computeIfAbsent(type, absent -> maker.get()));
    }
}
