package dev.proa.node.linux;

import dev.proa.node.usage.CpuUsage;
import dev.proa.node.usage.MemoryUsage;
import dev.proa.node.usage.ResourceUsage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A group of version 2: one directory. */
record CgroupV2(Path root, Path directory) implements Cgroup {
    private static final List<String> CONTROLLERS = List.of("cpu", "memory", "pids");

    @Override
    public void create() throws IOException {
        Path parent = root;
        for (Path name : root.relativize(directory)) {
            enableControllers(parent);
            parent = parent.resolve(name);
            Files.createDirectories(parent);
        }
    }

    /**
     * Enables the controllers for child groups. A group whose processes are its own cannot ({@code EBUSY}); when that
     * is the root of a container Proa itself runs in, they move into a child group first.
     */
    private static void enableControllers(Path group) throws IOException {
        Path file = group.resolve("cgroup.subtree_control");
        List<String> enabled = List.of(Files.readString(file).strip().split(" "));
        for (String controller : CONTROLLERS) {
            if (enabled.contains(controller)) {
                continue;
            }
            try {
                CgroupFiles.write(file, "+" + controller);
            } catch (IOException e) {
                Path leaf = Files.createDirectories(group.resolve("init"));
                for (long pid : CgroupFiles.members(group)) {
                    CgroupFiles.write(leaf.resolve("cgroup.procs"), Long.toString(pid));
                }
                CgroupFiles.write(file, "+" + controller);
            }
        }
    }

    @Override
    public void apply(Limits limits) throws IOException {
        if (limits.cpuShares() > 0) {
            CgroupFiles.write(directory.resolve("cpu.weight"), Long.toString(weight(limits.cpuShares())));
        }
        long period = limits.cpuPeriodMicros() > 0 ? limits.cpuPeriodMicros() : 100_000;
        CgroupFiles.write(
                directory.resolve("cpu.max"),
                (limits.cpuQuotaMicros() > 0 ? Long.toString(limits.cpuQuotaMicros()) : "max") + " " + period);
        CgroupFiles.write(
                directory.resolve("memory.max"),
                limits.memoryBytes() > 0 ? Long.toString(limits.memoryBytes()) : "max");
        Path swap = directory.resolve("memory.swap.max");
        if (Files.exists(swap)) {
            // A limited group must not exceed its limit by swapping, as with a kubelet without swap.
            CgroupFiles.write(swap, limits.memoryBytes() > 0 ? "0" : "max");
        }
        for (Map.Entry<String, String> entry : limits.unified().entrySet()) {
            if (entry.getKey().contains("/")) {
                throw new IOException("not a file of a cgroup: " + entry.getKey());
            }
            CgroupFiles.write(directory.resolve(entry.getKey()), entry.getValue());
        }
    }

    private static long weight(long shares) {
        return 1 + (Math.max(2, shares) - 2) * 9999 / 262142;
    }

    @Override
    public Limits actual(Limits told) throws IOException {
        long weight = CgroupFiles.number(directory.resolve("cpu.weight"));
        long shares = weight == weight(told.cpuShares()) ? told.cpuShares() : 2 + (weight - 1) * 262142 / 9999;
        String[] quotaAndPeriod =
                Files.readString(directory.resolve("cpu.max")).strip().split(" ");
        return new Limits(
                shares,
                quotaAndPeriod[0].equals("max") ? 0 : Long.parseLong(quotaAndPeriod[0]),
                Long.parseLong(quotaAndPeriod[1]),
                memoryLimit(told.memoryBytes()),
                Map.of());
    }

    @Override
    public List<Path> memberFiles() {
        return List.of(directory.resolve("cgroup.procs"));
    }

    @Override
    public List<Long> members() throws IOException {
        return CgroupFiles.members(directory);
    }

    @Override
    public long processCount() throws IOException {
        return CgroupFiles.number(directory.resolve("pids.current"));
    }

    @Override
    public ResourceUsage usage() throws IOException {
        Map<String, Long> cpu = CgroupFiles.numbers(directory.resolve("cpu.stat"));
        return new ResourceUsage(
                new CpuUsage(
                        cpu.getOrDefault("usage_usec", 0L) * 1000,
                        cpu.getOrDefault("user_usec", 0L) * 1000,
                        cpu.getOrDefault("system_usec", 0L) * 1000,
                        cpu.getOrDefault("nr_periods", 0L),
                        cpu.getOrDefault("nr_throttled", 0L),
                        cpu.getOrDefault("throttled_usec", 0L) * 1000),
                memoryUsage(),
                processCount());
    }

    private MemoryUsage memoryUsage() throws IOException {
        Map<String, Long> stat = CgroupFiles.numbers(directory.resolve("memory.stat"));
        long used = CgroupFiles.number(directory.resolve("memory.current"));
        return new MemoryUsage(
                used,
                Math.max(0, used - stat.getOrDefault("inactive_file", 0L)),
                stat.getOrDefault("anon", 0L),
                stat.getOrDefault("file", 0L),
                stat.getOrDefault("file_mapped", 0L),
                CgroupFiles.number(directory.resolve("memory.swap.current")),
                CgroupFiles.number(directory.resolve("memory.peak")),
                memoryLimit(0),
                CgroupFiles.number(directory.resolve("memory.events"), "max"),
                stat.getOrDefault("pgfault", 0L),
                stat.getOrDefault("pgmajfault", 0L));
    }

    /** The limit in bytes; 0 for none. */
    private long memoryLimit(long told) throws IOException {
        try {
            String memory = Files.readString(directory.resolve("memory.max")).strip();
            return memory.equals("max") ? 0 : CgroupFiles.wholePages(Long.parseLong(memory), told);
        } catch (NoSuchFileException e) {
            return 0; // the root has none
        }
    }

    @Override
    public long oomKills() throws IOException {
        return CgroupFiles.number(directory.resolve("memory.events"), "oom_kill");
    }

    @Override
    public void kill() throws IOException {
        Path file = directory.resolve("cgroup.kill");
        if (Files.exists(file)) {
            CgroupFiles.write(file, "1");
        } else {
            CgroupFiles.killMembers(directory);
        }
    }

    @Override
    public void remove() throws IOException {
        CgroupFiles.remove(directory);
    }

    @Override
    public Cgroup nested() {
        return new NestedCgroup(this, child(NestedCgroup.NAME), List.of());
    }

    @Override
    public Cgroup child(String name) {
        return new CgroupV2(root, directory.resolve(name));
    }
}
