package dev.proa.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;

/** What the kernel knows of processes. */
final class ProcessFigures {
    /** Among the fields after the name. */
    private static final int USER_TIME = 11;

    private static final long MICROS_OF_A_TICK = 10_000;

    private ProcessFigures() {}

    /**
     * Resident memory of some processes together, in MB of 1,048,576 bytes.
     *
     * @throws UncheckedIOException when one of them has ended
     */
    static long residentMegabytes(Collection<Long> pids) {
        long kilobytes = 0;
        for (long pid : pids) {
            kilobytes += resident(Path.of("/proc", Long.toString(pid), "status"));
        }
        return kilobytes / 1024;
    }

    /**
     * Processor time that some processes together have used, in microseconds; in steps of ten milliseconds.
     *
     * @throws UncheckedIOException when one of them has ended
     */
    static long processorMicros(Collection<Long> pids) {
        long ticks = 0;
        for (long pid : pids) {
            Path file = Path.of("/proc", Long.toString(pid), "stat");
            try {
                String stat = Files.readString(file);
                String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
                ticks += Long.parseLong(fields[USER_TIME]) + Long.parseLong(fields[USER_TIME + 1]);
            } catch (IOException e) {
                throw new UncheckedIOException("The process is not there any more: " + file, e);
            }
        }
        return ticks * MICROS_OF_A_TICK;
    }

    private static long resident(Path status) {
        try {
            for (String line : Files.readAllLines(status)) {
                if (line.startsWith("VmRSS:")) {
                    return Long.parseLong(line.replaceAll("\\D", ""));
                }
            }
            return 0;
        } catch (IOException e) {
            throw new UncheckedIOException("The process is not there any more: " + status, e);
        }
    }
}
