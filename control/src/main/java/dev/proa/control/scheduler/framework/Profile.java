package dev.proa.control.scheduler.framework;

import java.util.List;
import java.util.function.Function;

/**
 * A scheduler as pods choose it.
 *
 * @param schedulerName what pods have as {@code spec.schedulerName}
 * @param plugins in the order in which each extension point calls them
 */
public record Profile(String schedulerName, List<Entry> plugins) {
    public Profile {
        plugins = List.copyOf(plugins);
    }

    /**
     * A plugin of a profile.
     *
     * @param factory makes it, once for each profile
     * @param weight how much its score counts beside those of others
     */
    public record Entry(Function<? super Handle, ? extends Plugin> factory, int weight) {
        public static Entry of(Function<? super Handle, ? extends Plugin> factory) {
            return new Entry(factory, 1);
        }

        public static Entry of(Function<? super Handle, ? extends Plugin> factory, int weight) {
            return new Entry(factory, weight);
        }
    }
}
