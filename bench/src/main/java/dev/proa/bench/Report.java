package dev.proa.bench;

import dev.proa.bench.Line.Figure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Shows lines as a table, and puts it into a document between two marks: the tables that are written so. */
enum Report {
    /** What is measured when nothing is named. */
    FIGURES("figures"),
    /** The scheduler and workloads. */
    PODS("figures of pods");

    private final String begin;
    private final String end;

    Report(String name) {
        begin = "<!-- " + name + ": written by bench/run -->";
        end = "<!-- end of " + name + " -->";
    }

    /** A Markdown table. */
    static String table(List<Line> lines) {
        List<String> rows = new ArrayList<>(List.of(
                "| work | Proa | real 1.36.3 | Proa / real | processor time: Proa | real | Proa / real |",
                "|---|---|---|---|---|---|---|"));
        for (Line line : lines) {
            rows.add("| " + line.work() + " | " + text(line.proa()) + " | " + text(line.real()) + " | "
                    + ratio(line.ratio()) + " | " + processor(line.proa()) + " | " + processor(line.real()) + " | "
                    + ratio(line.processorRatio()) + " |");
        }
        return String.join("\n", rows) + "\n";
    }

    private static String text(@Nullable Figure figure) {
        return figure == null ? "-" : figure.text();
    }

    private static String processor(@Nullable Figure figure) {
        return figure == null ? "" : figure.processor();
    }

    private static String ratio(double ratio) {
        return ratio == 0 ? "" : String.format(Locale.ROOT, "%.2f", ratio);
    }

    /** Replaces what is between the marks of a document; appends it when there are none. */
    String replace(String document, String figures) {
        String block = begin + "\n" + figures + end;
        int from = document.indexOf(begin);
        int to = document.indexOf(end);
        if (from < 0 || to < from) {
            return document + (document.isEmpty() || document.endsWith("\n") ? "" : "\n") + block + "\n";
        }
        return document.substring(0, from) + block + document.substring(to + end.length());
    }

    void write(Path document, String figures) throws IOException {
        String before = Files.exists(document) ? Files.readString(document) : "# Benchmarks\n\n";
        Files.createDirectories(document.toAbsolutePath().getParent());
        Files.writeString(document, replace(before, figures));
    }
}
