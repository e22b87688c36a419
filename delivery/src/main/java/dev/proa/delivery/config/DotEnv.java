package dev.proa.delivery.config;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads {@code .env} files as Compose does: {@code NAME=value}, with {@code export} before it or a colon in place of the
 * equals sign; comments; single quotes, in which all but an escaped quote is literal; double quotes with escapes; both may span
 * lines. Variables are replaced in values without quotes and in double ones. A name alone takes the value of the environment.
 * Messages name lines, never values. For one text.
 */
public final class DotEnv {
    private static final Pattern NAME =
            Pattern.compile("(?:export[ \\t]+)?([\\p{L}\\p{N}_.\\-\\[\\]]+)[ \\t]*([=:\\n]|$)");
    private static final Pattern ESCAPE = Pattern.compile("\\\\(0[0-7]{1,3}|[abcfnrtv\"\\\\$])");

    private final String file;
    private final String text;
    private final Variables.Lookup environment;
    private final Map<String, String> values = new LinkedHashMap<>();
    private int at;

    private DotEnv(String file, String text, Variables.Lookup environment) {
        this.file = file;
        this.text = text.replace("\r\n", "\n");
        this.environment = environment;
    }

    /**
     * Reads a file's content.
     *
     * @param file its name, for messages
     * @param environment values of names that the file does not set
     * @return the values, in the order of the file
     * @throws DeliveryFailure when it cannot be parsed; the message names the line
     */
    public static Map<String, String> parse(String file, String text, Variables.Lookup environment) {
        DotEnv parser = new DotEnv(file, text.startsWith("\uFEFF") ? text.substring(1) : text, environment);
        while (parser.toStatement()) {
            parser.statement();
        }
        return parser.values;
    }

    /** Skips blanks and comments; returns whether there is more. */
    private boolean toStatement() {
        while (at < text.length()) {
            char c = text.charAt(at);
            if (c == '#') {
                at = lineEnd();
            } else if (!Character.isWhitespace(c)) {
                return true;
            } else {
                at++;
            }
        }
        return false;
    }

    private int lineEnd() {
        int end = text.indexOf('\n', at);
        return end < 0 ? text.length() : end;
    }

    private void statement() {
        Matcher name = NAME.matcher(text).region(at, text.length());
        if (!name.lookingAt()) {
            throw wrong("NAME=value is expected here; a name has letters, digits and _ . -");
        }
        at = name.end();
        boolean alone = name.group(2).isEmpty() || name.group(2).equals("\n");
        String value = alone ? environment.value(name.group(1)) : value();
        if (value != null) {
            values.put(name.group(1), value);
        }
    }

    private String value() {
        while (at < text.length() && (text.charAt(at) == ' ' || text.charAt(at) == '\t')) {
            at++;
        }
        char quote = at < text.length() ? text.charAt(at) : '\n';
        if (quote == '"' || quote == '\'') {
            return quoted(quote);
        }
        int end = lineEnd();
        String line = text.substring(at, end);
        int comment = line.startsWith("#") ? -1 : line.indexOf(" #");
        String value = expanded((comment < 0 ? line : line.substring(0, comment)).stripTrailing());
        at = end;
        return value;
    }

    private String quoted(char quote) {
        StringBuilder inner = new StringBuilder();
        for (int i = at + 1; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\\' && i + 1 < text.length()) {
                char next = text.charAt(++i);
                inner.append(next == quote ? String.valueOf(next) : "\\" + next);
            } else if (c == quote) {
                String value = inner.toString();
                String result = quote == '"' ? expanded(unescaped(value)) : value;
                at = i + 1;
                return result;
            } else {
                inner.append(c);
            }
        }
        throw wrong("the quote is not closed");
    }

    /** A dollar sign that was escaped stays one, whatever follows. */
    private static String unescaped(String value) {
        return ESCAPE.matcher(value).replaceAll(match -> {
            String sequence = match.group(1);
            String plain = switch (sequence.charAt(0)) {
                case 'a' -> "\u0007";
                case 'b' -> "\b";
                case 'c' -> "\\c";
                case 'f' -> "\f";
                case 'n' -> "\n";
                case 'r' -> "\r";
                case 't' -> "\t";
                case 'v' -> "\u000B";
                case '$' -> "$$";
                case '0' -> Character.toString(Integer.parseInt(sequence, 8));
                default -> sequence;
            };
            return Matcher.quoteReplacement(plain);
        });
    }

    private String expanded(String value) {
        try {
            return new Variables(this::known).in(value);
        } catch (DeliveryFailure e) {
            throw wrong(
                    "a variable in the value cannot be replaced; write $$ for a dollar sign, or quote the value with '");
        }
    }

    private @Nullable String known(String name) {
        String own = environment.value(name);
        return own != null ? own : values.get(name);
    }

    private DeliveryFailure wrong(String what) {
        long line = text.substring(0, Math.min(at, text.length()))
                        .chars()
                        .filter(c -> c == '\n')
                        .count()
                + 1;
        return new DeliveryFailure(file + ":" + line + ": " + what);
    }
}
