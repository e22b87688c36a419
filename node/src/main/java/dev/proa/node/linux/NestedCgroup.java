package dev.proa.node.linux;

import dev.proa.node.usage.ResourceUsage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * See {@link Cgroup#nested}.
 *
 * @param limits the group with the limits
 * @param processes its child group, which the processes are in
 * @param otherFiles where they join hierarchies without limits
 */
record NestedCgroup(Cgroup limits, Cgroup processes, List<Path> otherFiles) implements Cgroup {
    static final String NAME = "processes";

    @Override
    public void create() throws IOException {
        limits.create();
        processes.create();
    }

    /** The child group is unlimited for a moment, since it must never have more than its parent. */
    @Override
    public void apply(Limits to) throws IOException {
        processes.apply(Limits.NONE);
        limits.apply(to);
        processes.apply(to);
    }

    @Override
    public Limits actual(Limits told) throws IOException {
        return limits.actual(told);
    }

    @Override
    public List<Path> memberFiles() {
        List<Path> all = new ArrayList<>(processes.memberFiles());
        all.addAll(otherFiles);
        return all;
    }

    @Override
    public List<Long> members() throws IOException {
        return processes.members();
    }

    @Override
    public long processCount() throws IOException {
        return limits.processCount();
    }

    @Override
    public ResourceUsage usage() throws IOException {
        return limits.usage();
    }

    /** Version 1 counts in the group of the process that was killed, version 2 in those above too. */
    @Override
    public long oomKills() throws IOException {
        return processes.oomKills();
    }

    @Override
    public void kill() throws IOException {
        limits.kill();
    }

    @Override
    public void remove() throws IOException {
        limits.remove();
    }

    @Override
    public Cgroup nested() {
        return this;
    }

    @Override
    public Cgroup child(String name) {
        return processes.child(name);
    }
}
