package dev.proa.node.linux;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * A control group: a set of processes with limits and counters. The same whether the machine has one hierarchy (version 2) or
 * one for each controller (version 1); see {@link CgroupTree}. Objects are names: they hold nothing open.
 */
public interface Cgroup {
    /** Makes the group if it is not there, and its parents. */
    void create() throws IOException;

    /** Sets limits; 0 means none. */
    void apply(Limits limits) throws IOException;

    /** The limits that it has; those it was told where the kernel's scale is coarser, and nothing of {@code unified}. */
    Limits actual(Limits told) throws IOException;

    /** The files into which a process of one thread writes {@code 0} to become a member. */
    List<Path> memberFiles();

    /** Its processes, without those of groups below. */
    List<Long> members() throws IOException;

    /** What its processes, and those of groups below, use and have used. All zero when the group is gone. */
    Usage usage() throws IOException;

    /** How many of its processes the kernel killed for lack of memory. 0 when the group is gone. */
    long oomKills() throws IOException;

    /** Sends SIGKILL to all its processes, also to those of groups below. */
    void kill() throws IOException;

    /** Removes it and the groups below. They must have no processes left; those that are just ending are waited for. */
    void remove() throws IOException;

    /**
     * This group with its processes in a group below that has the same limits. What a process may change of the group that it is in,
     * which is the most that it can get hold of with namespaces of its own, then lifts no limit.
     */
    Cgroup nested();

    /** The group of this name within this one. */
    Cgroup child(String name);

    /**
     * Limits in the terms of version 1.
     *
     * @param cpuShares relative weight, 2-262144
     * @param cpuQuotaMicros processor time in each {@code cpuPeriodMicros}
     * @param memoryBytes of all processes together
     * @param unified further files of version 2 and their contents; {@code pids.max} also works on version 1
     */
    record Limits(
            long cpuShares, long cpuQuotaMicros, long cpuPeriodMicros, long memoryBytes, Map<String, String> unified) {
        public static final Limits NONE = new Limits(0, 0, 0, 0, Map.of());

        public Limits {
            unified = Map.copyOf(unified);
        }
    }

    /**
     * What a group uses.
     *
     * @param cpuNanoseconds since it was made
     * @param memoryBytes working set: what is charged, without file pages not used lately
     * @param chargedBytes what is charged
     */
    record Usage(long cpuNanoseconds, long memoryBytes, long chargedBytes) {}
}
