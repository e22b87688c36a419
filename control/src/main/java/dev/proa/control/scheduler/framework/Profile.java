package dev.proa.control.scheduler.framework;

import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A scheduler as pods choose it.
 *
 * @param schedulerName what pods have as {@code spec.schedulerName}
 * @param plugins in the order in which each extension point calls them
 * @param points what is different at some extension points
 * @param percentageOfNodesToScore how many of the nodes are looked at, 0 for a number that depends on the size of the cluster; null for
 *     what the scheduler has for all profiles
 */
public record Profile(
        String schedulerName,
        List<Entry> plugins,
        Map<ExtensionPoint, PluginSet> points,
        @Nullable Integer percentageOfNodesToScore) {
    public Profile {
        plugins = List.copyOf(plugins);
        points = Map.copyOf(points);
    }

    public Profile(String schedulerName, List<Entry> plugins) {
        this(schedulerName, plugins, Map.of(), null);
    }

    /**
     * A plugin of a profile.
     *
     * @param factory makes it, once for each profile
     * @param weight how much its score counts beside those of others
     * @param isEverywhere whether it is called at all extension points that it implements, else only where {@link Profile#points} name it
     */
    public record Entry(Function<? super Handle, ? extends Plugin> factory, int weight, boolean isEverywhere) {
        public static Entry of(Function<? super Handle, ? extends Plugin> factory) {
            return of(factory, 1);
        }

        public static Entry of(Function<? super Handle, ? extends Plugin> factory, int weight) {
            return new Entry(factory, weight, true);
        }
    }
}
