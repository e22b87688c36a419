package dev.proa.server.cel;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** The text of an expression and what is wrong with it. For one thread. */
final class Source {
    private static final int MOST_SHOWN = 100;
    private static final int LONGEST_LINE = 16_384;

    private final int[] text;
    private final List<Issue> issues = new ArrayList<>(0);

    /** @param offset in code points; -1 when it is nowhere */
    private record Issue(int line, int column, int offset, String message) {}

    Source(String text) {
        this.text = text.codePoints().toArray();
    }

    /** The code points. */
    int[] text() {
        return text;
    }

    boolean hasIssues() {
        return !issues.isEmpty();
    }

    /** Reports an error at an offset in code points; -1 for none. */
    void report(int offset, String message) {
        int line = 1;
        int start = 0;
        for (int i = 0; i < offset; i++) {
            if (text[i] == '\n') {
                line++;
                start = i + 1;
            }
        }
        issues.add(offset < 0 ? new Issue(-1, 0, -1, message) : new Issue(line, offset - start, offset, message));
    }

    /** All errors in the order of their places, each with its line and a mark below it. */
    String issues() {
        issues.sort(Comparator.comparingInt(Issue::line).thenComparingInt(Issue::column));
        List<String> shown = new ArrayList<>();
        for (Issue issue : issues.subList(0, Math.min(MOST_SHOWN, issues.size()))) {
            shown.add(shown(issue));
        }
        if (issues.size() > MOST_SHOWN) {
            shown.add(issues.size() - MOST_SHOWN + " more errors were truncated");
        }
        return String.join("\n", shown);
    }

    private String shown(Issue issue) {
        StringBuilder out =
                new StringBuilder("ERROR: <input>:" + issue.line + ":" + (issue.column + 1) + ": " + issue.message);
        if (issue.offset < 0) {
            return out.toString();
        }
        int start = issue.offset - issue.column;
        int end = start;
        while (end < text.length && text[end] != '\n') {
            end++;
        }
        if (end - start > LONGEST_LINE) {
            return out.toString();
        }
        out.append("\n | ");
        for (int i = start; i < end; i++) {
            out.appendCodePoint(text[i] == '\t' ? ' ' : text[i]);
        }
        out.append("\n | ");
        for (int i = start; i < issue.offset; i++) {
            out.append(text[i] < 0x80 ? '.' : '\uff0e');
        }
        return out.append(issue.offset < end && text[issue.offset] >= 0x80 ? '\uff3e' : '^')
                .toString();
    }
}
