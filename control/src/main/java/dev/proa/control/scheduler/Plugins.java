package dev.proa.control.scheduler;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The plugins of a scheduler, by extension point and in the order in which they are asked.
 *
 * @param preEnqueue before a pod may be tried
 * @param preFilter before any node is looked at
 * @param filters for each node
 * @param scores for the nodes that are left
 */
record Plugins(
        List<Plugin.PreEnqueue> preEnqueue,
        List<Plugin.PreFilter> preFilter,
        List<Plugin.Filter> filters,
        List<Plugin.Score> scores) {
    /** What kube-scheduler has by default, as far as it is there. */
    static Plugins standard() {
        return of(
                new SchedulingGates(),
                new NodeUnschedulable(),
                new NodeName(),
                new TaintToleration(),
                new NodeAffinity(),
                new NodePorts(),
                new NodeResourcesFit(),
                new BalancedAllocation(),
                new ImageLocality());
    }

    static Plugins of(Plugin... plugins) {
        return new Plugins(
                only(Plugin.PreEnqueue.class, plugins),
                only(Plugin.PreFilter.class, plugins),
                only(Plugin.Filter.class, plugins),
                only(Plugin.Score.class, plugins));
    }

    /** All that may reject a pod. */
    List<Plugin.Rejecting> rejecting() {
        Set<Plugin.Rejecting> all = new LinkedHashSet<>(preEnqueue);
        all.addAll(preFilter);
        all.addAll(filters);
        return List.copyOf(all);
    }

    private static <P extends Plugin> List<P> only(Class<P> point, Plugin... plugins) {
        List<P> found = new ArrayList<>();
        for (Plugin plugin : plugins) {
            if (point.isInstance(plugin)) {
                found.add(point.cast(plugin));
            }
        }
        return List.copyOf(found);
    }
}
