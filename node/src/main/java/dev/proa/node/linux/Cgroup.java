package dev.proa.node.linux;

import dev.proa.node.usage.ResourceUsage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * A control group: a set of processes with limits and counters, in cgroup v1 (a hierarchy per controller) or v2 (one
 * hierarchy); see {@link CgroupTree}. Objects are just names and hold nothing open.
 */
public interface Cgroup {
    /** Creates the group and its parents if they are missing. */
    void create() throws IOException;

    /** Sets limits; 0 means none. */
    void apply(Limits limits) throws IOException;

    /**
     * The actual limits, without {@code unified}; where the kernel only rounded the configured value, the configured
     * one.
     */
    Limits actual(Limits told) throws IOException;

    /** The files into which a process of one thread writes {@code 0} to become a member. */
    List<Path> memberFiles();

    /** Its processes, without those of child groups. */
    List<Long> members() throws IOException;

    /** What its processes and its child groups use. All zero when the group is gone. */
    ResourceUsage usage() throws IOException;

    /** How many of its processes the kernel killed for lack of memory. 0 when the group is gone. */
    long oomKills() throws IOException;

    /** How many processes and threads it has, with those of child groups; 0 where nothing counts them. */
    long processCount() throws IOException;

    /** Sends SIGKILL to all its processes and those of child groups. */
    void kill() throws IOException;

    /** Removes it and its child groups. They must have no processes left; those that are just ending are waited for. */
    void remove() throws IOException;

    /**
     * This group with its processes in a child group of the same limits. A process can gain access at most to its own
     * cgroup, by making namespaces, so what it changes there does not lift the limits of the parent.
     */
    Cgroup nested();

    /** The child group of this name. */
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
}
