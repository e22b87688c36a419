package dev.proa.image.dockerfile;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads the lines of a Dockerfile: directives, comments, continued lines and heredocs. Used once. */
final class StatementReader {
    private static final Set<String> WITH_HEREDOCS = Set.of("ADD", "COPY", "RUN");

    private final SourceText text;
    private final List<Statement> statements = new ArrayList<>();
    private final List<Warning> warnings = new ArrayList<>();
    private final DirectiveReader directives = new DirectiveReader();
    private int next;

    StatementReader(SourceText text) {
        this.text = text;
    }

    Directives directives() {
        return directives.result();
    }

    List<Warning> warnings() {
        return warnings;
    }

    List<Statement> read() {
        while (next < text.lines().size()) {
            int first = next;
            try {
                String line = Space.trimStart(chomp(text.lines().get(next++)));
                boolean directive = directives.read(line);
                if (!directive && !line.isEmpty() && line.charAt(0) != '#') {
                    statements.add(statement(line, first));
                }
            } catch (SyntaxProblem e) {
                throw text.failure(new Location(first + 1, next), Objects.toString(e.getMessage()));
            }
        }
        return statements;
    }

    private Statement statement(String line, int first) {
        StringBuilder joined = new StringBuilder();
        boolean emptyLine = false;
        int bad = text.notUtf8().get(first) ? first : -1;
        String continued = continued(line);
        joined.append(continued == null ? line : continued);
        while (continued != null && next < text.lines().size()) {
            String more = chomp(text.lines().get(next++));
            String trimmed = Space.trimStart(more);
            if (trimmed.isEmpty()) {
                emptyLine = true;
            } else if (trimmed.charAt(0) != '#') {
                bad = text.notUtf8().get(next - 1) ? next - 1 : bad;
                continued = continued(more);
                joined.append(continued == null ? more : continued);
            }
        }
        if (emptyLine) {
            warnings.add(new Warning("NoEmptyContinuation", "Empty continuation line", Location.line(next)));
        }
        StatementSplitter splitter = new StatementSplitter(directives.escape());
        Statement statement = splitter.split(joined.toString(), new Location(first + 1, next));
        if (bad >= 0 && !statement.keyword().equalsIgnoreCase("MAINTAINER")) {
            throw text.failure(Location.line(bad + 1), "line is not UTF-8");
        }
        return takesHeredocs(statement) ? withHeredocs(statement, joined.toString(), first) : statement;
    }

    private static boolean takesHeredocs(Statement statement) {
        Statement inner = statement.nested() == null ? statement : statement.nested();
        return WITH_HEREDOCS.contains(inner.keyword().toUpperCase(Locale.ROOT)) && !JsonForm.is(inner.rest());
    }

    private Statement withHeredocs(Statement statement, String line, int first) {
        List<Heredoc> heredocs = new ArrayList<>();
        for (Heredoc heredoc : Heredocs.in(line)) {
            heredocs.add(new Heredoc(
                    heredoc.name(),
                    content(heredoc, first),
                    heredoc.fileDescriptor(),
                    heredoc.chomp(),
                    heredoc.expand()));
        }
        return statement.withHeredocs(heredocs, new Location(first + 1, next));
    }

    private String content(Heredoc heredoc, int first) {
        StringBuilder content = new StringBuilder();
        while (next < text.lines().size()) {
            String line = text.lines().get(next++);
            String end = chomp(line);
            if (heredoc.chomp()) {
                int tabs = 0;
                while (tabs < end.length() && end.charAt(tabs) == '\t') {
                    tabs++;
                }
                end = end.substring(tabs);
            }
            if (end.equals(heredoc.name())) {
                return content.toString();
            }
            if (text.notUtf8().get(next - 1)) {
                throw text.failure(Location.line(next), "line is not UTF-8");
            }
            content.append(line);
        }
        throw text.failure(
                new Location(first + 1, next), "unterminated heredoc: no line consists of " + heredoc.name() + " only");
    }

    private static String chomp(String line) {
        int end = line.length();
        while (end > 0 && (line.charAt(end - 1) == '\n' || line.charAt(end - 1) == '\r')) {
            end--;
        }
        return line.substring(0, end);
    }

    /** The line without the escape character at its end, or null if it has none or that is escaped itself. */
    private @Nullable String continued(String line) {
        int end = line.length();
        while (end > 0 && (line.charAt(end - 1) == ' ' || line.charAt(end - 1) == '\t')) {
            end--;
        }
        char escape = directives.escape();
        boolean last = end > 0 && line.charAt(end - 1) == escape;
        return last && (end == 1 || line.charAt(end - 2) != escape) ? line.substring(0, end - 1) : null;
    }
}
