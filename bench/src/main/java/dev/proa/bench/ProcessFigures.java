package dev.proa.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;

/** What the kernel knows of processes. */
final class ProcessFigures {
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
