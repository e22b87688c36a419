package dev.proa.image.solver;

import java.io.ByteArrayOutputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;

/**
 * Prints the steps of a build as BuildKit's plain progress does: a block for each step, and one more whenever another step
 * has printed in between. Thread-safe.
 */
public final class PlainBuildProgress implements BuildProgress {
    private final PrintWriter out;
    private int vertices;
    private int shown;

    /** @param out flushed with each line */
    public PlainBuildProgress(PrintWriter out) {
        this.out = out;
    }

    @Override
    public synchronized Vertex started(String name) {
        return new Step(++vertices, name);
    }

    private final class Step implements Vertex {
        private final int number;
        private final String name;
        private final long start = System.nanoTime();
        private final ByteArrayOutputStream line = new ByteArrayOutputStream();

        Step(int number, String name) {
            this.number = number;
            this.name = name.lines().findFirst().orElse("");
        }

        @Override
        public void running() {
            print("");
        }

        @Override
        public void output(byte[] bytes) {
            synchronized (PlainBuildProgress.this) {
                for (byte each : bytes) {
                    if (each == '\n') {
                        endLine();
                    } else {
                        line.write(each);
                    }
                }
            }
        }

        private void endLine() {
            print("%.3f %s".formatted(seconds(), line.toString(StandardCharsets.UTF_8)));
            line.reset();
        }

        private double seconds() {
            return (System.nanoTime() - start) / 1e9;
        }

        @Override
        public void cached() {
            print("CACHED");
        }

        @Override
        public void done() {
            print("DONE %.1fs".formatted(seconds()));
        }

        @Override
        public void failed(String why) {
            String last = why.lines().reduce((first, second) -> second).orElse(why);
            print(why.equals("canceled") ? "CANCELED" : "ERROR: " + last);
        }

        private void print(String text) {
            synchronized (PlainBuildProgress.this) {
                if (line.size() > 0 && !text.isEmpty() && !text.endsWith(line.toString(StandardCharsets.UTF_8))) {
                    endLine();
                }
                if (shown != number) {
                    out.println((shown == 0 ? "" : "\n") + "#" + number + " " + name);
                    shown = number;
                }
                if (!text.isEmpty()) {
                    out.println("#" + number + " " + text);
                }
                out.flush();
            }
        }
    }
}
