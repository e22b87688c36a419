package dev.proa.cli;

import dev.proa.delivery.Progress;
import java.io.PrintWriter;

/** Prints each step with the seconds since the start, and its details indented. */
record PrintedProgress(PrintWriter out, Style style, long began) implements Progress {
    PrintedProgress(PrintWriter out, Style style) {
        this(out, style, System.nanoTime());
    }

    @Override
    public synchronized void step(String message) {
        String seconds = String.format("%5.1f s  ", (System.nanoTime() - began) / 1e9);
        out.println(style.faint(seconds) + style.strong(message));
        out.flush();
    }

    @Override
    public synchronized void detail(String message) {
        out.println("         " + style.faint(message));
        out.flush();
    }
}
