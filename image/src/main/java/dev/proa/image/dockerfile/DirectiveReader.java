package dev.proa.image.dockerfile;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads parser directives: comments of the form {@code # name=value} before anything else. */
final class DirectiveReader {
    private static final Set<String> NAMES = Set.of("syntax", "escape", "check");
    private static final Pattern DIRECTIVE =
            Pattern.compile("#[\\t\\f\\r ]*+([a-zA-Z][a-zA-Z0-9]*+)[\\t\\f\\r ]*+=(.+)", Pattern.DOTALL);

    private final Map<String, String> values = new HashMap<>();
    private boolean done;

    /** Whether the line is a directive. The first line that is not one ends them. */
    boolean read(String line) {
        if (done) {
            return false;
        }
        Matcher matcher = DIRECTIVE.matcher(line);
        if (!matcher.matches() || !NAMES.contains(matcher.group(1).toLowerCase(Locale.ROOT))) {
            done = true;
            return false;
        }
        String name = matcher.group(1).toLowerCase(Locale.ROOT);
        String value = matcher.group(2).strip();
        if (values.putIfAbsent(name, value) != null) {
            throw new SyntaxProblem("only one " + name + " parser directive can be used");
        }
        if (name.equals("escape") && !value.equals("\\") && !value.equals("`")) {
            throw new SyntaxProblem("invalid escape token '" + value + "' does not match ` or \\");
        }
        return true;
    }

    char escape() {
        return values.getOrDefault("escape", "\\").charAt(0);
    }

    Directives result() {
        return new Directives(values.getOrDefault("syntax", ""), escape(), values.getOrDefault("check", ""));
    }
}
