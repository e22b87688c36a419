package dev.proa.node.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.proa.node.usage.CpuUsage;
import dev.proa.node.usage.MemoryUsage;
import dev.proa.node.usage.ResourceUsage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CgroupTest {
    @TempDir
    Path directory;

    @Test
    void limitsAndCountsOnThisMachine() throws Exception {
        assumeTrue(Architecture.supported(), "needs Linux on a known processor");
        assumeTrue("root".equals(System.getProperty("user.name")), "making cgroups needs root");
        CgroupTree tree = CgroupTree.detect().orElse(null);
        assumeTrue(tree != null, "this machine has no cgroup with a memory controller");
        Cgroup parent = tree.group("proa-cgroup-test-" + ProcessHandle.current().pid());
        Cgroup group = parent.child("one");
        group.create();
        Process process = new ProcessBuilder("sleep", "1000").start();
        try {
            group.apply(new Cgroup.Limits(512, 50_000, 100_000, 64 << 20, Map.of("pids.max", "7")));
            for (Path file : group.memberFiles()) {
                Files.writeString(file, Long.toString(process.pid()));
            }
            assertThat(group.members()).containsExactly(process.pid());
            assertThat(group.usage().memory().workingSetBytes()).isNotNegative();
            assertThat(group.oomKills()).isZero();
            Cgroup.Limits told = new Cgroup.Limits(256, 20_000, 100_000, (32 << 20) + 7, Map.of());
            group.apply(told);
            assertThat(group.actual(told)).isEqualTo(told);
            group.apply(Cgroup.Limits.NONE);
            assertThat(group.actual(told).memoryBytes()).isZero();
            assertThat(group.actual(told).cpuQuotaMicros()).isZero();
            parent.kill();
            assertThat(process.waitFor()).isEqualTo(137);
        } finally {
            process.destroyForcibly().waitFor();
            parent.remove();
        }
        assertThat(group.members()).isEmpty();
        assertThat(group.usage()).isEqualTo(ResourceUsage.NONE);
        parent.remove();
    }

    /** Whoever finds the group of another's making half made must be able to join its own all the same. */
    @Test
    void groupsOfOneParentAreMadeAtTheSameTime() throws Exception {
        assumeTrue(Architecture.supported(), "needs Linux on a known processor");
        assumeTrue("root".equals(System.getProperty("user.name")), "making cgroups needs root");
        CgroupTree tree = CgroupTree.detect().orElse(null);
        assumeTrue(tree != null, "this machine has no cgroup with a memory controller");
        for (int round = 0; round < 20; round++) {
            Cgroup parent =
                    tree.group("proa-cgroup-race-" + ProcessHandle.current().pid());
            Process process = new ProcessBuilder("sleep", "1000").start();
            try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
                List<Future<Cgroup>> made = new ArrayList<>();
                for (int i = 0; i < 4; i++) {
                    Cgroup group = parent.child("g" + i).nested();
                    made.add(threads.submit(() -> {
                        group.create();
                        return group;
                    }));
                }
                for (Future<Cgroup> group : made) {
                    for (Path file : group.get().memberFiles()) {
                        Files.writeString(file, Long.toString(process.pid()));
                    }
                }
            } finally {
                process.destroyForcibly().waitFor();
                parent.remove();
            }
        }
    }

    /** This needs no cgroup file system: the files are made by hand. */
    @Test
    void writesTheFilesOfVersionTwo() throws IOException {
        for (Path group : new Path[] {directory, directory.resolve("a"), directory.resolve("a/b")}) {
            Files.createDirectories(group);
            for (String file :
                    new String[] {"cgroup.subtree_control", "cpu.weight", "cpu.max", "memory.max", "pids.max"}) {
                Files.writeString(group.resolve(file), "");
            }
        }
        Cgroup group = new CgroupTree.Unified(directory).group("a/b");
        group.create();
        group.apply(new Cgroup.Limits(1024, 50_000, 100_000, 64 << 20, Map.of("pids.max", "7")));
        Path files = directory.resolve("a/b");
        assertThat(files.resolve("cpu.weight")).hasContent("39");
        assertThat(files.resolve("cpu.max")).hasContent("50000 100000");
        assertThat(files.resolve("memory.max")).hasContent("67108864");
        assertThat(files.resolve("pids.max")).hasContent("7");
        assertThat(directory.resolve("a/cgroup.subtree_control")).isNotEmptyFile();
        Files.writeString(files.resolve("memory.events"), "low 0\noom 3\noom_kill 2\n");
        assertThat(group.oomKills()).isEqualTo(2);
        Files.writeString(files.resolve("memory.current"), "1000\n");
        Files.writeString(
                files.resolve("memory.stat"),
                "anon 1\nfile 400\nfile_mapped 50\ninactive_file 300\npgfault 9\npgmajfault 2\n");
        Files.writeString(files.resolve("memory.peak"), "1200\n");
        Files.writeString(files.resolve("memory.swap.current"), "30\n");
        Files.writeString(files.resolve("memory.events"), "low 0\nmax 4\noom 3\noom_kill 2\n");
        Files.writeString(files.resolve("pids.current"), "6\n");
        Files.writeString(
                files.resolve("cpu.stat"),
                "usage_usec 5\nuser_usec 1\nsystem_usec 4\nnr_periods 8\nnr_throttled 3\nthrottled_usec 2\n");
        assertThat(group.usage())
                .isEqualTo(new ResourceUsage(
                        new CpuUsage(5000, 1000, 4000, 8, 3, 2000),
                        new MemoryUsage(1000, 700, 1, 400, 50, 30, 1200, 64 << 20, 4, 9, 2),
                        6));

        Cgroup.Limits told = new Cgroup.Limits(1024, 50_000, 100_000, (64 << 20) + 7, Map.of());
        assertThat(group.actual(told)).isEqualTo(told); // its scales are coarser
        Files.writeString(files.resolve("cpu.weight"), "100\n");
        Files.writeString(files.resolve("cpu.max"), "max 100000\n");
        Files.writeString(files.resolve("memory.max"), "max\n");
        assertThat(group.actual(told)).isEqualTo(new Cgroup.Limits(2597, 0, 100_000, 0, Map.of()));
    }
}
