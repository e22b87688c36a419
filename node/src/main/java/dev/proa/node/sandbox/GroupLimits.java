package dev.proa.node.sandbox;

import dev.proa.node.cri.ContainerRuntime.Resources;
import dev.proa.node.linux.Cgroup;

/** Limits as the runtime's callers and as control groups know them. */
final class GroupLimits {
    private GroupLimits() {}

    static Cgroup.Limits of(Resources resources) {
        return new Cgroup.Limits(
                resources.cpuShares(),
                resources.cpuQuotaMicros(),
                resources.cpuPeriodMicros(),
                resources.memoryLimitBytes(),
                resources.unified());
    }

    /** What a group has in fact that was told to have {@code told}. */
    static Resources actual(Cgroup.Limits actual, Resources told) {
        return new Resources(
                actual.cpuShares(),
                actual.cpuQuotaMicros(),
                actual.cpuPeriodMicros(),
                actual.memoryBytes(),
                told.unified());
    }
}
