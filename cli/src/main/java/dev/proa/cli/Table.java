package dev.proa.cli;

import java.util.ArrayList;
import java.util.List;

/** Formats a table whose columns are as wide as their widest cell. */
final class Table {
    private final List<List<String>> rows = new ArrayList<>();

    Table(String... titles) {
        row(titles);
    }

    Table row(String... cells) {
        rows.add(List.of(cells));
        return this;
    }

    /** Its lines, each after {@code indent}. */
    List<String> lines(String indent) {
        int columns = rows.getFirst().size();
        int[] widths = new int[columns];
        for (List<String> row : rows) {
            for (int i = 0; i < columns; i++) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        }
        List<String> lines = new ArrayList<>();
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder(indent);
            for (int i = 0; i < columns; i++) {
                line.append(row.get(i)).append(" ".repeat(widths[i] - row.get(i).length() + 3));
            }
            lines.add(line.toString().stripTrailing());
        }
        return lines;
    }
}
