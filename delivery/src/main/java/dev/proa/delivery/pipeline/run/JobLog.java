package dev.proa.delivery.pipeline.run;

import dev.proa.client.clock.Clock;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The log of a job on the cluster's disk: a line is a time (RFC 3339), the number of the step, and the text, with a space between. After a restart steps are
 * followed from their beginning again; what is in the log already is not written twice. Thread-safe.
 */
final class JobLog implements AutoCloseable {
    private static final long MOST_BYTES = 64L << 20;

    private final Clock clock;
    private final Writer out;
    private final Map<Integer, Integer> before = new HashMap<>();
    private final Map<Integer, Integer> seen = new HashMap<>();
    private long bytes;

    JobLog(Path file, Clock clock) throws IOException {
        this.clock = clock;
        if (Files.exists(file)) {
            bytes = Files.size(file);
            try (BufferedReader lines = Files.newBufferedReader(file)) {
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                    Line.parse(line).ifPresent(one -> before.merge(one.step(), 1, Integer::sum));
                }
            }
        }
        out = Files.newBufferedWriter(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    /** A line of a log. */
    record Line(Instant time, int step, String text) {
        static Optional<Line> parse(String line) {
            String[] parts = line.split(" ", 3);
            if (parts.length < 3 || !parts[1].matches("[0-9]{1,6}")) {
                return Optional.empty();
            }
            try {
                return Optional.of(new Line(Instant.parse(parts[0]), Integer.parseInt(parts[1]), parts[2]));
            } catch (DateTimeParseException e) {
                return Optional.empty(); // cut off by a crash
            }
        }
    }

    /** The step is followed from its beginning again. */
    synchronized void again(int step) {
        before.merge(step, seen.getOrDefault(step, 0), Math::max);
        seen.remove(step);
    }

    /** Writes a line of a step, unless it was written before a restart. */
    synchronized void line(int step, String text) throws IOException {
        int number = seen.merge(step, 1, Integer::sum);
        if (number <= before.getOrDefault(step, 0) || bytes > MOST_BYTES) {
            return;
        }
        String line =
                clock.instant() + " " + step + " " + text.replace('\n', ' ').replace('\r', ' ') + "\n";
        bytes += line.length();
        out.write(bytes > MOST_BYTES ? clock.instant() + " " + step + " (the log is full; more is not kept)\n" : line);
        out.flush();
    }

    @Override
    public synchronized void close() throws IOException {
        out.close();
    }
}
