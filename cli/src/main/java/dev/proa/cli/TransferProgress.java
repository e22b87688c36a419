package dev.proa.cli;

import dev.proa.image.Digest;
import dev.proa.image.registry.TransferEvent;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Shows how blobs are pulled or pushed: a bar for each on a terminal, and elsewhere a line for each that has arrived. Thread-safe.
 */
final class TransferProgress implements TransferEvent.Listener, AutoCloseable {
    private static final int WIDTH = 30;
    private static final int SHOWN = 12;
    private static final long REDRAW_NANOS = 80_000_000;

    private final PrintWriter out;
    private final boolean live;
    private final String verb;
    private final Map<Digest, Bar> bars = new LinkedHashMap<>();
    private int lines;
    private long drawn;

    private record Bar(long size, long moved, String done) {
        String text(Digest digest) {
            String amount = done.isEmpty() ? Images.bytes(moved) + "/" + Images.bytes(size) : Images.bytes(size);
            int filled = size == 0 || !done.isEmpty() ? WIDTH : (int) Math.min(WIDTH, moved * WIDTH / size);
            return digest.shortHex() + " [" + "=".repeat(filled) + " ".repeat(WIDTH - filled) + "] "
                    + String.format("%-17s ", amount) + done;
        }
    }

    /**
     * @param live whether lines can be drawn again
     * @param verb what has become of a blob: pulled or pushed
     */
    TransferProgress(PrintWriter out, boolean live, String verb) {
        this.out = out;
        this.live = live;
        this.verb = verb;
    }

    /** For a terminal if there is one. */
    static TransferProgress on(PrintWriter out, String verb) {
        return new TransferProgress(out, Style.of(System.getenv()).coloured(), verb);
    }

    @Override
    public synchronized void on(TransferEvent event) {
        Digest digest = event.blob().digest();
        long size = event.blob().size();
        switch (event) {
            case TransferEvent.Started started -> bars.put(digest, new Bar(size, 0, ""));
            case TransferEvent.Moved moved -> bars.put(digest, new Bar(size, moved.bytes(), ""));
            case TransferEvent.Finished finished -> {
                String done = switch (finished.outcome()) {
                    case TRANSFERRED -> verb;
                    case PRESENT -> "already there";
                    case MOUNTED -> "taken from another repository there";
                };
                bars.put(digest, new Bar(size, size, done));
                if (!live) {
                    out.println(digest.shortHex() + " " + Images.bytes(size) + " " + done);
                    out.flush();
                }
            }
        }
        if (live && (event instanceof TransferEvent.Finished || System.nanoTime() - drawn > REDRAW_NANOS)) {
            draw();
        }
    }

    /** Goes up over the lines drawn before, and draws them again: those that are under way, and the last that are done. */
    private void draw() {
        StringBuilder text = new StringBuilder();
        if (lines > 0) {
            text.append("\u001b[").append(lines).append('A');
        }
        int hidden = Math.max(0, bars.size() - SHOWN);
        lines = 0;
        for (Map.Entry<Digest, Bar> bar : bars.entrySet()) {
            if (hidden > 0 && !bar.getValue().done.isEmpty()) {
                hidden--;
                continue;
            }
            text.append("\r\u001b[K").append(bar.getValue().text(bar.getKey())).append('\n');
            lines++;
        }
        out.print(text.append("\u001b[J"));
        out.flush();
        drawn = System.nanoTime();
    }

    @Override
    public synchronized void close() {
        if (live && lines > 0) {
            draw();
        }
    }
}
