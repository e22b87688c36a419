package dev.proa.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Prints the log of a cluster's server. */
final class ClusterLog {
    private static final int LONGEST_TAIL = 4 << 20;

    private ClusterLog() {}

    /**
     * Prints the log.
     *
     * @param tail number of last lines to print; all when negative
     * @param follow whether to keep printing new lines, including those of the next server, until interrupted
     * @param previous whether to print the previous server's log instead
     */
    static int print(ClusterHome home, int tail, boolean follow, boolean previous)
            throws IOException, InterruptedException {
        Path log = previous ? home.previousLog() : home.log();
        if (!Files.exists(log)) {
            throw new Failure(
                    Exit.NOT_RUNNING,
                    previous
                            ? "there is no log of an earlier server at " + log
                            : "there is no log at " + log + "; was the cluster ever started?");
        }
        // Raw bytes, so that no character is split.
        PrintStream out = new PrintStream(System.out, false);
        Object file = key(log);
        long from = tail < 0 ? 0 : start(log, tail);
        while (true) {
            Object now = key(log);
            if (!Objects.equals(now, file)) { // a new server has started a new log
                file = now;
                from = 0;
            }
            from = copy(log, from, out);
            if (out.checkError() || !follow || previous) {
                return Exit.OK;
            }
            TimeUnit.MILLISECONDS.sleep(100);
        }
    }

    private static @Nullable Object key(Path log) throws IOException {
        try {
            return Files.readAttributes(log, BasicFileAttributes.class).fileKey();
        } catch (NoSuchFileException e) {
            return null; // the next server has not started yet
        }
    }

    private static long copy(Path log, long from, PrintStream out) throws IOException {
        if (!Files.exists(log)) {
            return 0;
        }
        try (RandomAccessFile file = new RandomAccessFile(log.toFile(), "r")) {
            long position = Math.min(from, file.length());
            file.seek(position);
            byte[] buffer = new byte[8192];
            for (int n = file.read(buffer); n > 0; n = file.read(buffer)) {
                out.write(buffer, 0, n);
                position += n;
            }
            return position;
        }
    }

    private static long start(Path log, int tail) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(log.toFile(), "r")) {
            long from = Math.max(0, file.length() - LONGEST_TAIL);
            file.seek(from);
            byte[] end = new byte[(int) (file.length() - from)];
            file.readFully(end);
            int lines = 0;
            for (int i = end.length - 2; i >= 0; i--) {
                if (end[i] == '\n' && ++lines == tail) {
                    return from + i + 1;
                }
            }
            return tail == 0 ? file.length() : from;
        }
    }
}
