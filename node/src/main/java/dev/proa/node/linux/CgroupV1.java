package dev.proa.node.linux;

import dev.proa.node.usage.CpuUsage;
import dev.proa.node.usage.MemoryUsage;
import dev.proa.node.usage.ResourceUsage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A group of version 1: a directory of the same name in each hierarchy.
 *
 * @param roots by controller
 * @param others hierarchies without those controllers
 */
record CgroupV1(Map<String, Path> roots, Set<Path> others, String path) implements Cgroup {
    private static final String UNLIMITED = "-1";
    /** The kernel tells times of programs in hundredths of a second ({@code USER_HZ}), on every architecture of Linux. */
    private static final long TICK_NANOS = 10_000_000;
    /** Files that must be set in a new group before a process can join it. */
    private static final List<String> SETS = List.of("cpuset.cpus", "cpuset.mems");

    @Override
    public void create() throws IOException {
        for (Path root : hierarchies()) {
            Path parent = root;
            for (Path name : Path.of(path)) {
                Path directory = parent.resolve(name);
                Files.createDirectories(directory);
                inheritSets(parent, directory);
                parent = directory;
            }
        }
    }

    /** Also for an existing group: whoever is creating it may not have done this yet. */
    private static void inheritSets(Path parent, Path directory) throws IOException {
        for (String file : SETS) {
            Path own = directory.resolve(file);
            if (Files.exists(own) && set(own).isEmpty()) {
                CgroupFiles.write(own, set(parent.resolve(file)));
            }
        }
    }

    private static String set(Path file) throws IOException {
        return String.join("", Files.readAllLines(file)).strip();
    }

    @Override
    public void apply(Limits limits) throws IOException {
        Path cpu = directory("cpu");
        if (limits.cpuShares() > 0) {
            CgroupFiles.write(cpu.resolve("cpu.shares"), Long.toString(limits.cpuShares()));
        }
        // Set the period first, while there is no quota, so that the kernel refuses no intermediate pair.
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
    public Limits actual(Limits told) throws IOException {
        Path cpu = directory("cpu");
        long quota = CgroupFiles.number(cpu.resolve("cpu.cfs_quota_us"));
        long memory = CgroupFiles.number(directory("memory").resolve("memory.limit_in_bytes"));
        return new Limits(
                CgroupFiles.number(cpu.resolve("cpu.shares")),
                Math.max(0, quota),
                CgroupFiles.number(cpu.resolve("cpu.cfs_period_us")),
                CgroupFiles.wholePages(memory, told.memoryBytes()),
                Map.of());
    }

    /**
     * The {@code tasks} files: joining a single thread is faster than {@code cgroup.procs}, which waits for an RCU
     * grace period.
     */
    @Override
    public List<Path> memberFiles() {
        return memberFiles(hierarchies());
    }

    private List<Path> memberFiles(Collection<Path> hierarchies) {
        return hierarchies.stream()
                .map(root -> {
                    Path threads = root.resolve("tasks");
                    return root.resolve(path).resolve(Files.exists(threads) ? "tasks" : "cgroup.procs");
                })
                .toList();
    }

    @Override
    public Cgroup nested() {
        return new NestedCgroup(
                this, new CgroupV1(roots, Set.of(), path + "/" + NestedCgroup.NAME), memberFiles(others));
    }

    @Override
    public List<Long> members() throws IOException {
        return CgroupFiles.members(directory("memory"));
    }

    @Override
    public long processCount() throws IOException {
        return roots.containsKey("pids") ? CgroupFiles.number(directory("pids").resolve("pids.current")) : 0;
    }

    @Override
    public ResourceUsage usage() throws IOException {
        return new ResourceUsage(cpuUsage(), memoryUsage(), processCount());
    }

    private CpuUsage cpuUsage() throws IOException {
        Map<String, Long> throttling = CgroupFiles.numbers(directory("cpu").resolve("cpu.stat"));
        boolean counted = roots.containsKey("cpuacct");
        Map<String, Long> modes =
                counted ? CgroupFiles.numbers(directory("cpuacct").resolve("cpuacct.stat")) : Map.of();
        return new CpuUsage(
                counted ? CgroupFiles.number(directory("cpuacct").resolve("cpuacct.usage")) : 0,
                modes.getOrDefault("user", 0L) * TICK_NANOS,
                modes.getOrDefault("system", 0L) * TICK_NANOS,
                throttling.getOrDefault("nr_periods", 0L),
                throttling.getOrDefault("nr_throttled", 0L),
                throttling.getOrDefault("throttled_time", 0L));
    }

    private MemoryUsage memoryUsage() throws IOException {
        Path memory = directory("memory");
        Map<String, Long> stat = CgroupFiles.numbers(memory.resolve("memory.stat"));
        long used = CgroupFiles.number(memory.resolve("memory.usage_in_bytes"));
        return new MemoryUsage(
                used,
                Math.max(0, used - stat.getOrDefault("total_inactive_file", 0L)),
                stat.getOrDefault("total_rss", 0L),
                stat.getOrDefault("total_cache", 0L),
                stat.getOrDefault("total_mapped_file", 0L),
                stat.getOrDefault("total_swap", 0L),
                CgroupFiles.number(memory.resolve("memory.max_usage_in_bytes")),
                CgroupFiles.wholePages(CgroupFiles.number(memory.resolve("memory.limit_in_bytes")), 0),
                CgroupFiles.number(memory.resolve("memory.failcnt")),
                stat.getOrDefault("total_pgfault", 0L),
                stat.getOrDefault("total_pgmajfault", 0L));
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
        return new CgroupV1(roots, others, path + "/" + name);
    }

    private List<Path> directories() {
        return hierarchies().stream().map(root -> root.resolve(path)).toList();
    }

    private Set<Path> hierarchies() {
        Set<Path> all = new LinkedHashSet<>(roots.values());
        all.addAll(others);
        return all;
    }

    private Path directory(String controller) {
        Path root = roots.get(controller);
        if (root == null) {
            throw new IllegalStateException("no cgroup controller " + controller);
        }
        return root.resolve(path);
    }
}
