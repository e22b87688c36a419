package dev.proa.control.scheduler.plugin;

import dev.proa.control.scheduler.framework.Handle;
import dev.proa.control.scheduler.framework.Plugin;
import dev.proa.control.scheduler.framework.Profile.Entry;
import dev.proa.control.scheduler.plugin.dynamicresources.DynamicResources;
import dev.proa.control.scheduler.plugin.volume.NodeVolumeLimits;
import dev.proa.control.scheduler.plugin.volume.VolumeBinding;
import dev.proa.control.scheduler.plugin.volume.VolumeRestrictions;
import dev.proa.control.scheduler.plugin.volume.VolumeZone;
import java.util.List;
import java.util.function.BiFunction;

/** The plugins that kube-scheduler has by default, as far as they are there, in its order and with its weights. */
public final class DefaultPlugins {
    /** By their names. */
    public static final List<InTree> IN_TREE = List.of(
            InTree.of("SchedulingGates", (args, handle) -> new SchedulingGates()),
            InTree.of("PrioritySort", (args, handle) -> new PrioritySort()),
            InTree.of("NodeUnschedulable", (args, handle) -> new NodeUnschedulable()),
            InTree.of("NodeName", (args, handle) -> new NodeName()),
            InTree.of("TaintToleration", 3, (args, handle) -> new TaintToleration()),
            InTree.of("NodeAffinity", 2, (args, handle) -> new NodeAffinity(args.nodeAffinity())),
            InTree.of("NodePorts", (args, handle) -> new NodePorts()),
            InTree.of("NodeResourcesFit", (args, handle) -> new NodeResourcesFit(args.nodeResourcesFit())),
            InTree.of("VolumeRestrictions", (args, handle) -> new VolumeRestrictions(handle)),
            InTree.of("NodeVolumeLimits", (args, handle) -> new NodeVolumeLimits(handle)),
            InTree.of("VolumeBinding", (args, handle) -> new VolumeBinding(handle, args.bindTimeout())),
            InTree.of("VolumeZone", (args, handle) -> new VolumeZone(handle)),
            InTree.of("PodTopologySpread", 2, DefaultPlugins::podTopologySpread),
            InTree.of("InterPodAffinity", 2, (args, handle) -> new InterPodAffinity(handle, args.interPodAffinity())),
            InTree.of("DynamicResources", 2, (args, handle) -> new DynamicResources(handle)),
            InTree.of("DefaultPreemption", (args, handle) -> new DefaultPreemption(args.defaultPreemption(), handle)),
            InTree.of(
                    "NodeResourcesBalancedAllocation",
                    (args, handle) -> new NodeResourcesBalancedAllocation(args.balancedResources())),
            InTree.of("ImageLocality", (args, handle) -> new ImageLocality()),
            InTree.of("DefaultBinder", (args, handle) -> new DefaultBinder(handle)),
            InTree.of("NodeDeclaredFeatures", (args, handle) -> new NodeDeclaredFeatures()));

    /** All of them with their usual arguments. */
    public static final List<Entry> ALL =
            IN_TREE.stream().map(plugin -> plugin.entry(PluginArgs.DEFAULT)).toList();

    /**
     * A plugin.
     *
     * @param weight how much its score counts beside those of others
     */
    public record InTree(String name, int weight, BiFunction<PluginArgs, Handle, Plugin> factory) {
        static InTree of(String name, BiFunction<PluginArgs, Handle, Plugin> factory) {
            return of(name, 1, factory);
        }

        static InTree of(String name, int weight, BiFunction<PluginArgs, Handle, Plugin> factory) {
            return new InTree(name, weight, factory);
        }

        /** The plugin with its usual weight. */
        Entry entry(PluginArgs args) {
            return Entry.of(handle -> factory.apply(args, handle), weight);
        }
    }

    private DefaultPlugins() {}

    private static Plugin podTopologySpread(PluginArgs args, Handle handle) {
        return args.defaultConstraints() == null
                ? new PodTopologySpread(handle)
                : new PodTopologySpread(handle, args.defaultConstraints());
    }
}
