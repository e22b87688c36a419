package dev.proa.node.sandbox;

import dev.proa.node.cri.ContainerRuntime.Resources;
import dev.proa.node.linux.Cgroup;

/** Converts limits between the CRI and cgroups. */
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

    /** The actual limits of a cgroup that was configured with {@code told}. */
    static Resources actual(Cgroup.Limits actual, Resources told) {
        return new Resources(
                actual.cpuShares(),
                actual.cpuQuotaMicros(),
                actual.cpuPeriodMicros(),
                actual.memoryBytes(),
                told.unified());
    }
}
