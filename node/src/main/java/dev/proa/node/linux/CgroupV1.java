package dev.proa.node.linux;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A group of version 1: a directory of the same name in the hierarchy of each controller. */
record CgroupV1(Map<String, Path> roots, String path) implements Cgroup {
    private static final String UNLIMITED = "-1";

    @Override
    public void create() throws IOException {
        for (Path directory : directories()) {
            Files.createDirectories(directory);
        }
    }

    @Override
    public void apply(Limits limits) throws IOException {
        Path cpu = directory("cpu");
        if (limits.cpuShares() > 0) {
            CgroupFiles.write(cpu.resolve("cpu.shares"), Long.toString(limits.cpuShares()));
        }
        // The period first while there is no quota, so that no pair in between is refused.
        CgroupFiles.write(cpu.resolve("cpu.cfs_quota_us"), UNLIMITED);
        if (limits.cpuQuotaMicros() > 0) {
            if (limits.cpuPeriodMicros() > 0) {
                CgroupFiles.write(cpu.resolve("cpu.cfs_period_us"), Long.toString(limits.cpuPeriodMicros()));
            }
            CgroupFiles.write(cpu.resolve("cpu.cfs_quota_us"), Long.toString(limits.cpuQuotaMicros()));
        }
        CgroupFiles.write(
                directory("memory").resolve("memory.limit_in_bytes"),
                limits.memoryBytes() > 0 ? Long.toString(limits.memoryBytes()) : UNLIMITED);
        String pids = limits.unified().get("pids.max");
        if (pids != null && roots.containsKey("pids")) {
            CgroupFiles.write(directory("pids").resolve("pids.max"), pids);
        }
    }

    @Override
    public List<Path> memberFiles() {
        return directories().stream()
                .map(directory -> directory.resolve("cgroup.procs"))
                .toList();
    }

    @Override
    public List<Long> members() throws IOException {
        return CgroupFiles.members(directory("memory"));
    }

    @Override
    public Usage usage() throws IOException {
        Path memory = directory("memory");
        long used = CgroupFiles.number(memory.resolve("memory.usage_in_bytes"));
        long inactive = CgroupFiles.number(memory.resolve("memory.stat"), "total_inactive_file");
        long cpu = roots.containsKey("cpuacct")
                ? CgroupFiles.number(directory("cpuacct").resolve("cpuacct.usage"))
                : 0;
        return new Usage(cpu, Math.max(0, used - inactive));
    }

    @Override
    public long oomKills() throws IOException {
        return CgroupFiles.number(directory("memory").resolve("memory.oom_control"), "oom_kill");
    }

    @Override
    public void kill() throws IOException {
        CgroupFiles.killMembers(directory("memory"));
    }

    @Override
    public void remove() throws IOException {
        for (Path directory : directories()) {
            CgroupFiles.remove(directory);
        }
    }

    @Override
    public Cgroup child(String name) {
        return new CgroupV1(roots, path + "/" + name);
    }

    private List<Path> directories() {
        return roots.values().stream()
                .distinct()
                .map(root -> root.resolve(path))
                .toList();
    }

    private Path directory(String controller) {
        Path root = roots.get(controller);
        if (root == null) {
            throw new IllegalStateException("no cgroup controller " + controller);
        }
        return root.resolve(path);
    }
}
