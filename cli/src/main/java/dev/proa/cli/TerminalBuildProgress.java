package dev.proa.cli;

import dev.proa.image.solver.BuildProgress;
import java.io.ByteArrayOutputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Shows the steps of a build on a terminal and draws them again as they go on, as BuildKit does: a line for each step with its
 * time, and the last lines that running ones have printed. Thread-safe.
 */
final class TerminalBuildProgress implements BuildProgress, AutoCloseable {
    private static final int LINES = 6;
    private static final long REDRAW_MILLIS = 100;

    private final PrintWriter out;
    private final Style style;
    private final int width;
    private final int height;
    private final long start = System.nanoTime();
    private final List<Step> steps = new ArrayList<>();
    private final Thread drawing;
    private int drawn;

    /**
     * @param width columns of the terminal
     * @param height rows of the terminal
     */
    TerminalBuildProgress(PrintWriter out, Style style, int width, int height) {
        this.out = out;
        this.style = style;
        this.width = width;
        this.height = height;
        drawing = Thread.ofVirtual().start(this::draw);
    }

    private void draw() {
        try {
            while (true) {
                Thread.sleep(REDRAW_MILLIS);
                redraw(false);
            }
        } catch (InterruptedException e) {
            // Closed.
        }
    }

    @Override
    public Vertex started(String name) {
        synchronized (steps) {
            Step step = new Step(name.lines().findFirst().orElse(""));
            steps.add(step);
            return step;
        }
    }

    private final class Step implements Vertex {
        private final String name;
        private final long begin = System.nanoTime();
        private final ByteArrayOutputStream line = new ByteArrayOutputStream();
        private final Deque<String> last = new ArrayDeque<>();
        private String outcome = "";
        private long nanos;

        Step(String name) {
            this.name = name;
        }

        @Override
        public void output(byte[] bytes) {
            synchronized (steps) {
                for (byte each : bytes) {
                    if (each == '\n' || each == '\r') {
                        last.add(printable(line.toString(StandardCharsets.UTF_8)));
                        line.reset();
                        if (last.size() > LINES) {
                            last.removeFirst();
                        }
                    } else {
                        line.write(each);
                    }
                }
            }
        }

        @Override
        public void cached() {
            ended("CACHED ");
        }

        @Override
        public void done() {
            ended("DONE");
        }

        @Override
        public void failed(String why) {
            ended(why.equals("canceled") ? "CANCELED " : "ERROR ");
        }

        private void ended(String how) {
            synchronized (steps) {
                outcome = how;
                nanos = System.nanoTime() - begin;
            }
        }

        private boolean ended() {
            return !outcome.isEmpty();
        }
    }

    /** Control characters of commands must not reach the terminal. */
    private static String printable(String text) {
        return text.replaceAll("\u001b\\[[0-9;?]*[A-Za-z]|\\p{Cntrl}", "");
    }

    private void redraw(boolean last) {
        synchronized (steps) {
            List<String> lines = lines(last);
            StringBuilder screen = new StringBuilder();
            if (drawn > 0) {
                screen.append("\u001b[").append(drawn).append('A');
            }
            for (String line : lines) {
                screen.append("\r\u001b[2K").append(line).append('\n');
            }
            // Lines that were drawn before and are no longer needed.
            screen.append("\u001b[J");
            drawn = lines.size();
            out.print(screen);
            out.flush();
        }
    }

    private List<String> lines(boolean last) {
        List<String> lines = new ArrayList<>();
        long done = steps.stream().filter(Step::ended).count();
        lines.add("[+] Building %.1fs (%d/%d)%s"
                .formatted((System.nanoTime() - start) / 1e9, done, steps.size(), last ? " FINISHED" : ""));
        for (Step step : steps) {
            boolean ended = step.ended();
            String time = "%.1fs".formatted((ended ? step.nanos : System.nanoTime() - step.begin) / 1e9);
            String outcome = step.outcome.equals("DONE") ? "" : step.outcome;
            String text = fit(" => " + outcome + step.name, width - time.length() - 2);
            lines.add(coloured(step, text + " ".repeat(Math.max(1, width - 1 - text.length() - time.length())) + time));
            if (!ended) {
                step.last.forEach(each -> lines.add(style.faint(fit(" => => # " + each, width - 1))));
            }
        }
        // What is above the screen cannot be drawn again.
        int most = Math.max(2, height - 1);
        return last || lines.size() <= most
                ? lines
                : new ArrayList<>(List.copyOf(lines.subList(lines.size() - most, lines.size())));
    }

    private String coloured(Step step, String line) {
        return step.outcome.startsWith("ERROR") ? style.bad(line) : step.ended() ? style.good(line) : line;
    }

    private static String fit(String text, int columns) {
        return text.length() <= columns ? text : text.substring(0, Math.max(0, columns));
    }

    @Override
    public void close() {
        drawing.interrupt();
        redraw(true);
    }
}
