package dev.proa.image.solver;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;

/** Passes the output of a step on, up to a limit, and keeps its last lines. Thread-safe. */
final class OutputTail implements Consumer<byte[]> {
    /** As BuildKit clips. */
    private static final long MAX_BYTES = 2L << 20;

    private static final int LINES = 20;
    private static final int LONGEST_LINE = 4096;

    private final BuildProgress.Vertex vertex;
    private final Deque<String> lines = new ArrayDeque<>();
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();
    private long bytes;

    OutputTail(BuildProgress.Vertex vertex) {
        this.vertex = vertex;
    }

    @Override
    public synchronized void accept(byte[] output) {
        long before = bytes;
        bytes += output.length;
        if (bytes <= MAX_BYTES) {
            vertex.output(output);
        } else if (before <= MAX_BYTES) {
            vertex.output("[output clipped, log limit 2MiB reached]\n".getBytes(StandardCharsets.UTF_8));
        }
        for (byte each : output) {
            if (each == '\n') {
                endLine();
            } else if (line.size() < LONGEST_LINE) {
                line.write(each);
            }
        }
    }

    private void endLine() {
        lines.add(line.toString(StandardCharsets.UTF_8));
        line.reset();
        if (lines.size() > LINES) {
            lines.removeFirst();
        }
    }

    /** The last lines, below the name of the step. */
    synchronized String text(String step) {
        if (line.size() > 0) {
            endLine();
        }
        return "------\n > " + step + ":\n" + String.join("\n", lines) + (lines.isEmpty() ? "" : "\n") + "------\n";
    }
}
