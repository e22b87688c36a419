package dev.proa.node.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.proa.node.usage.CpuUsage;
import dev.proa.node.usage.FilesystemUsage;
import dev.proa.node.usage.InterfaceUsage;
import dev.proa.node.usage.MemoryUsage;
import dev.proa.node.usage.ResourceUsage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MachineUsageTest {
    @TempDir
    private Path directory;

    @Test
    void readsFilesOfProc() {
        ResourceUsage usage = MachineUsage.parse(
                "cpu  100 20 30 4000 5 6 7 8 9 10\ncpu0 1 2 3\nbtime 1700000000\n",
                """
                MemTotal:       1000 kB
                MemFree:         400 kB
                Buffers:          10 kB
                Cached:          200 kB
                Inactive(file):  150 kB
                AnonPages:       120 kB
                Mapped:           30 kB
                SwapTotal:       100 kB
                SwapFree:         60 kB
                HugePages_Total:   0
                """,
                "nr_free_pages 7\npgfault 90\npgmajfault 9\n",
                "0.20 0.18 0.12 1/80 11206\n");
        assertThat(usage)
                .isEqualTo(new ResourceUsage(
                        new CpuUsage(1_630_000_000L, 1_200_000_000L, 430_000_000L, 0, 0, 0),
                        new MemoryUsage(
                                600 << 10,
                                450 << 10,
                                120 << 10,
                                210 << 10,
                                30 << 10,
                                40 << 10,
                                0,
                                1000 << 10,
                                0,
                                90,
                                9),
                        80));
    }

    @Test
    void readsThisMachine() throws Exception {
        assumeThat(Files.exists(Path.of("/proc/stat"))).isTrue();
        ResourceUsage usage = MachineUsage.read();
        assertThat(usage.cpu().nanoseconds()).isPositive();
        assertThat(usage.memory().workingSetBytes())
                .isBetween(1L, usage.memory().limitBytes());
        assertThat(MachineUsage.bootTime()).isBefore(Instant.now());
    }

    @Test
    void measuresDirectoriesAndTheirFileSystem() throws Exception {
        assumeThat(Architecture.supported()).isTrue();
        Path real = directory.toRealPath();
        Files.createDirectories(real.resolve("a/b"));
        Files.write(real.resolve("a/b/file"), new byte[100_000]);
        FilesystemUsage whole = FileSystems.of(real);
        assertThat(whole.capacityBytes()).isEqualTo(Files.getFileStore(real).getTotalSpace());
        assertThat(whole.availableBytes()).isBetween(1L, whole.capacityBytes());

        FilesystemUsage tree = Objects.requireNonNull(Directory.usageOf(real.resolve("a")));
        assertThat(tree.usedBytes()).isBetween(100_000L, 200_000L);
        assertThat(tree.inodesUsed()).isEqualTo(3);
        assertThat(tree.capacityBytes()).isEqualTo(whole.capacityBytes());
        assertThat(Directory.usageOf(real.resolve("none"))).isNull();
        assertThat(Directory.usageOf(real.resolve("a/b/file"))).isNull();
        Files.createSymbolicLink(real.resolve("link"), real.resolve("a"));
        assertThat(Directory.usageOf(real.resolve("link"))).isNull();
    }

    @Test
    void readsInterfaces() {
        assertThat(InterfaceUsage.parse(List.of(
                        "Inter-|   Receive                                                |  Transmit",
                        " face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop",
                        "    lo: 9 9 9 9 9 9 9 9 9 9 9 9 9 9 9 9",
                        "  eth0:18446744073709551615 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16")))
                .containsExactly(new InterfaceUsage("eth0", -1, 2, 3, 4, 9, 10, 11, 12));
    }
}
