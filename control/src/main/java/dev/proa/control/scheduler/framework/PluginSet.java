package dev.proa.control.scheduler.framework;

import java.util.List;
import java.util.Set;

/**
 * Plugins of one extension point, beside those that a profile has everywhere.
 *
 * @param enabled in their order
 * @param disabled names; {@code *} for all
 */
public record PluginSet(List<Named> enabled, Set<String> disabled) {
    public static final PluginSet EMPTY = new PluginSet(List.of(), Set.of());

    /**
     * A plugin.
     *
     * @param weight of its score; 0 for the usual one
     */
    public record Named(String name, int weight) {}

    public PluginSet {
        enabled = List.copyOf(enabled);
        disabled = Set.copyOf(disabled);
    }

    boolean enables(String plugin) {
        return enabled.stream().anyMatch(named -> named.name().equals(plugin));
    }
}
