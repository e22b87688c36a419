package dev.proa.control.scheduler.plugin;

import dev.proa.control.scheduler.framework.Handle;
import dev.proa.control.scheduler.framework.Profile.Entry;
import dev.proa.control.scheduler.plugin.dynamicresources.DynamicResources;
import dev.proa.control.scheduler.plugin.volume.NodeVolumeLimits;
import dev.proa.control.scheduler.plugin.volume.VolumeBinding;
import dev.proa.control.scheduler.plugin.volume.VolumeRestrictions;
import dev.proa.control.scheduler.plugin.volume.VolumeZone;
import java.util.List;

/** The plugins that kube-scheduler has by default, as far as they are there, in its order and with its weights. */
public final class DefaultPlugins {
    public static final List<Entry> ALL = List.of(
            Entry.of(handle -> new SchedulingGates()),
            Entry.of(handle -> new PrioritySort()),
            Entry.of(handle -> new NodeUnschedulable()),
            Entry.of(handle -> new NodeName()),
            Entry.of(handle -> new TaintToleration(), 3),
            Entry.of(handle -> new NodeAffinity(), 2),
            Entry.of(handle -> new NodePorts()),
            Entry.of(handle -> new NodeResourcesFit(), 1),
            Entry.of(VolumeRestrictions::new),
            Entry.of(NodeVolumeLimits::new),
            Entry.of((Handle handle) -> new VolumeBinding(handle)),
            Entry.of(VolumeZone::new),
            Entry.of(PodTopologySpread::new, 2),
            Entry.of(InterPodAffinity::new, 2),
            Entry.of(DynamicResources::new, 2),
            Entry.of(handle -> new DefaultPreemption(DefaultPreemptionArgs.DEFAULT, handle)),
            Entry.of(handle -> new NodeResourcesBalancedAllocation(), 1),
            Entry.of(handle -> new ImageLocality(), 1),
            Entry.of(DefaultBinder::new));

    private DefaultPlugins() {}
}
