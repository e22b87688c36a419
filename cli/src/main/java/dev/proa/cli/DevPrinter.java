package dev.proa.cli;

import dev.proa.delivery.Progress;
import dev.proa.delivery.dev.DevOutput;
import java.io.PrintWriter;
import java.util.HashMap;
import java.util.Map;

/**
 * Prints what a session tells: logs with the pod's name before each line, in a colour of its own on terminals, and the session's own
 * lines between them. Builds and deployments are silent after the first, but for what their user must know. Thread-safe.
 */
final class DevPrinter implements DevOutput, Progress {
    private static final int COLOURS = 6;

    private final PrintWriter out;
    private final Style style;
    private final PrintedProgress steps;
    private final Map<String, Integer> colours = new HashMap<>();
    private boolean brief;

    DevPrinter(PrintWriter out, Style style) {
        this.out = out;
        this.style = style;
        this.steps = new PrintedProgress(out, style);
    }

    @Override
    public synchronized void log(String pod, String container, String line) {
        int colour = colours.computeIfAbsent(pod, any -> colours.size() % COLOURS);
        String name = pod.equals(container) || pod.startsWith(container + "-") ? pod : pod + "/" + container;
        print(style.numbered(colour, name + " | ") + line);
    }

    @Override
    public synchronized void say(String message) {
        if (message.startsWith("watching ")) {
            brief = true; // the first deployment is over
        }
        print(style.good(message));
    }

    @Override
    public synchronized void warn(String message) {
        print(style.bad(message));
    }

    @Override
    public synchronized void step(String message) {
        if (!brief) {
            steps.step(message);
        }
    }

    @Override
    public synchronized void detail(String message) {
        if (!brief || message.startsWith("note: ") || message.startsWith("still building")) {
            steps.detail(message);
        }
    }

    private void print(String line) {
        out.println(line);
        out.flush();
    }
}
