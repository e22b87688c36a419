package dev.proa.node.linux;

import dev.proa.node.usage.CpuUsage;
import dev.proa.node.usage.MemoryUsage;
import dev.proa.node.usage.ResourceUsage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

/** What all processes of this machine use together, with the kernel. */
public final class MachineUsage {
    /** {@code /proc/stat} counts in hundredths of a second. */
    private static final long TICK_NANOS = 10_000_000;

    private MachineUsage() {}

    /** The usage now. Memory in use is all but what is free, as kubelets count it; its limit is the memory that there is. */
    public static ResourceUsage read() throws IOException {
        return parse(
                Files.readString(Path.of("/proc/stat")),
                Files.readString(Path.of("/proc/meminfo")),
                Files.readString(Path.of("/proc/vmstat")),
                Files.readString(Path.of("/proc/loadavg")));
    }

    /** When the machine was started: the line {@code btime} of {@code /proc/stat}. */
    public static Instant bootTime() throws IOException {
        return Files.readString(Path.of("/proc/stat"))
                .lines()
                .filter(line -> line.startsWith("btime "))
                .findFirst()
                .map(line -> Instant.ofEpochSecond(Long.parseLong(line.substring("btime ".length()))))
                .orElseThrow(() -> new IOException("/proc/stat does not tell when this machine was started"));
    }

    /** The usage that these files of {@code /proc} tell. */
    static ResourceUsage parse(String stat, String meminfo, String vmstat, String loadavg) {
        return new ResourceUsage(cpu(stat), memory(numbers(meminfo, ":"), numbers(vmstat, " ")), processes(loadavg));
    }

    private static CpuUsage cpu(String stat) {
        // cpu user nice system idle iowait irq softirq steal guest guest_nice; guests are part of user and nice
        String[] ticks = stat.substring(0, stat.indexOf('\n')).split("\\s+");
        long user = ticks(ticks, 1) + ticks(ticks, 2);
        long system = ticks(ticks, 3) + ticks(ticks, 6) + ticks(ticks, 7);
        return new CpuUsage((user + system) * TICK_NANOS, user * TICK_NANOS, system * TICK_NANOS, 0, 0, 0);
    }

    private static long ticks(String[] words, int place) {
        return place < words.length ? Long.parseLong(words[place]) : 0;
    }

    private static MemoryUsage memory(Map<String, Long> info, Map<String, Long> vmstat) {
        long total = kibibytes(info, "MemTotal");
        long used = total - kibibytes(info, "MemFree");
        return new MemoryUsage(
                used,
                Math.max(0, used - kibibytes(info, "Inactive(file)")),
                kibibytes(info, "AnonPages"),
                kibibytes(info, "Cached") + kibibytes(info, "Buffers"),
                kibibytes(info, "Mapped"),
                kibibytes(info, "SwapTotal") - kibibytes(info, "SwapFree"),
                0,
                total,
                0,
                vmstat.getOrDefault("pgfault", 0L),
                vmstat.getOrDefault("pgmajfault", 0L));
    }

    private static long kibibytes(Map<String, Long> info, String key) {
        return info.getOrDefault(key, 0L) << 10;
    }

    /** How many threads there are: the word {@code running/all}. */
    private static long processes(String loadavg) {
        String word = loadavg.split(" ")[3];
        return Long.parseLong(word.substring(word.indexOf('/') + 1));
    }

    private static Map<String, Long> numbers(String text, String separator) {
        Map<String, Long> numbers = new HashMap<>();
        text.lines().forEach(line -> {
            int end = line.indexOf(separator);
            if (end > 0) {
                numbers.put(
                        line.substring(0, end),
                        Long.parseLong(line.substring(end + 1).strip().split(" ")[0]));
            }
        });
        return numbers;
    }
}
