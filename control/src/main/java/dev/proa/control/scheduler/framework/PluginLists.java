package dev.proa.control.scheduler.framework;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The plugins of a profile by extension point, in the order in which they are called. */
final class PluginLists {
    private final Profile profile;
    private final Map<String, Plugin> plugins = new LinkedHashMap<>();
    private final List<Plugin> everywhere = new ArrayList<>();
    private final Map<String, Integer> weights = new LinkedHashMap<>();

    /** @param handle what the plugins are given */
    PluginLists(Profile profile, Handle handle) {
        this.profile = profile;
        for (Profile.Entry entry : profile.plugins()) {
            Plugin plugin = entry.factory().apply(handle);
            if (plugins.put(plugin.name(), plugin) != null) {
                throw new IllegalArgumentException(
                        "plugin \"" + plugin.name() + "\" is twice in profile \"" + profile.schedulerName() + "\"");
            }
            weights.put(plugin.name(), entry.weight());
            if (entry.isEverywhere()) {
                everywhere.add(plugin);
            }
        }
        set(ExtensionPoint.SCORE).enabled().stream()
                .filter(named -> named.weight() > 0)
                .forEach(named -> weights.put(named.name(), named.weight()));
    }

    Iterable<Plugin> all() {
        return plugins.values();
    }

    int weight(Plugin plugin) {
        return Math.max(1, weights.getOrDefault(plugin.name(), 1));
    }

    /**
     * First those everywhere that the point names too, in the order of the point; then the others that are everywhere; then those that only
     * the point names.
     */
    <P extends Plugin> List<P> at(ExtensionPoint point, Class<P> type) {
        PluginSet set = set(point);
        Set<Plugin> first = new LinkedHashSet<>();
        Set<Plugin> last = new LinkedHashSet<>();
        for (PluginSet.Named named : set.enabled()) {
            Plugin plugin = plugins.get(named.name());
            if (plugin == null) {
                throw new IllegalArgumentException(point.typeName() + " \"" + named.name() + "\" does not exist");
            }
            if (!type.isInstance(plugin)) {
                throw new IllegalArgumentException(
                        "plugin \"" + named.name() + "\" does not extend " + point.typeName() + " plugin");
            }
            boolean isOverride = everywhere.contains(plugin) && !isDisabled(set, plugin);
            if (!(isOverride ? first : last).add(plugin)) {
                throw new IllegalArgumentException(
                        "plugin \"" + named.name() + "\" already registered as \"" + point.typeName() + "\"");
            }
        }
        everywhere.stream()
                .filter(plugin -> type.isInstance(plugin) && !isDisabled(set, plugin) && !set.enables(plugin.name()))
                .forEach(first::add);
        first.addAll(last);
        return first.stream().map(type::cast).toList();
    }

    private static boolean isDisabled(PluginSet set, Plugin plugin) {
        return set.disabled().contains("*") || set.disabled().contains(plugin.name());
    }

    private PluginSet set(ExtensionPoint point) {
        return profile.points().getOrDefault(point, PluginSet.EMPTY);
    }
}
