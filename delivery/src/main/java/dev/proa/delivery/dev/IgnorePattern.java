package dev.proa.delivery.dev;

import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/**
 * A line of {@code .gitignore} or {@code .dockerignore}, as a pattern of paths relative to the file's folder.
 *
 * @param negated whether what matches is not ignored after all
 * @param directories whether only directories match
 */
record IgnorePattern(Pattern path, boolean negated, boolean directories) {
    private static final int LONGEST = 1024;

    /** A line of {@code .gitignore}; null for one without a pattern. */
    static @Nullable IgnorePattern git(String line) {
        String text = withoutTrailingBlanks(line);
        if (text.isEmpty() || text.startsWith("#") || text.length() > LONGEST) {
            return null;
        }
        boolean negated = text.startsWith("!");
        text = negated ? text.substring(1) : text;
        boolean directories = text.endsWith("/");
        text = directories ? text.substring(0, text.length() - 1) : text;
        boolean anchored = text.contains("/");
        text = text.startsWith("/") ? text.substring(1) : text;
        return text.isEmpty() ? null : of((anchored ? "" : "(?:.*/)?") + regex(text), negated, directories);
    }

    /** A line of {@code .dockerignore}; null for one without a pattern. */
    static @Nullable IgnorePattern docker(String line) {
        String text = line.strip();
        if (text.isEmpty() || line.startsWith("#") || text.length() > LONGEST) {
            return null;
        }
        boolean negated = text.startsWith("!");
        text = (negated ? text.substring(1).strip() : text)
                .replaceAll("^(\\./|/)+", "")
                .replaceAll("/+$", "");
        return text.isEmpty() || text.equals(".") ? null : of(regex(text), negated, false);
    }

    private static @Nullable IgnorePattern of(String regex, boolean negated, boolean directories) {
        try {
            return new IgnorePattern(Pattern.compile(regex, Pattern.DOTALL), negated, directories);
        } catch (PatternSyntaxException e) {
            return null; // as git does with a pattern that is none
        }
    }

    boolean matches(String relative, boolean directory) {
        return (directory || !directories) && path.matcher(relative).matches();
    }

    /** Blanks at the end count only when they are escaped. */
    private static String withoutTrailingBlanks(String line) {
        int end = line.length();
        while (end > 0 && line.charAt(end - 1) == ' ' && !(end > 1 && line.charAt(end - 2) == '\\')) {
            end--;
        }
        return line.substring(0, end).replace("\r", "");
    }

    private static String regex(String glob) {
        StringBuilder regex = new StringBuilder();
        int at = 0;
        while (at < glob.length()) {
            char c = glob.charAt(at);
            if (glob.startsWith("**/", at) && (at == 0 || glob.charAt(at - 1) == '/')) {
                regex.append("(?:.*/)?");
                at += 3;
            } else if (glob.startsWith("/**", at) && at + 3 == glob.length()) {
                regex.append("/.+");
                at += 3;
            } else if (c == '*') {
                regex.append(at == 0 && glob.equals("**") ? ".*" : "[^/]*");
                at += glob.startsWith("**", at) ? 2 : 1;
            } else if (c == '?') {
                regex.append("[^/]");
                at++;
            } else if (c == '[') {
                int end = classEnd(glob, at);
                if (end < 0) {
                    regex.append("(?!)"); // matches nothing
                    return regex.toString();
                }
                regex.append(characterClass(glob.substring(at + 1, end)));
                at = end + 1;
            } else if (c == '\\' && at + 1 < glob.length()) {
                regex.append(Pattern.quote(glob.substring(at + 1, at + 2)));
                at += 2;
            } else {
                regex.append(Pattern.quote(String.valueOf(c)));
                at++;
            }
        }
        return regex.toString();
    }

    private static int classEnd(String glob, int from) {
        int at = from + 1;
        at += at < glob.length() && (glob.charAt(at) == '!' || glob.charAt(at) == '^') ? 1 : 0;
        at += at < glob.length() && glob.charAt(at) == ']' ? 1 : 0;
        while (at < glob.length() && glob.charAt(at) != ']') {
            if (glob.startsWith("[:", at)) {
                int named = glob.indexOf(":]", at);
                at = named < 0 ? at + 1 : named + 2;
            } else {
                at += glob.charAt(at) == '\\' ? 2 : 1;
            }
        }
        return at < glob.length() ? at : -1;
    }

    private static String characterClass(String inner) {
        boolean negated = inner.startsWith("!") || inner.startsWith("^");
        String rest = negated ? inner.substring(1) : inner;
        rest = rest.replace("[:alpha:]", "\\p{Alpha}")
                .replace("[:digit:]", "\\p{Digit}")
                .replace("[:alnum:]", "\\p{Alnum}")
                .replace("[:upper:]", "\\p{Upper}")
                .replace("[:lower:]", "\\p{Lower}")
                .replace("[:space:]", "\\s")
                .replace("[:punct:]", "\\p{Punct}")
                .replace("[:xdigit:]", "\\p{XDigit}");
        String escaped = rest.replace("[", "\\[").replace("&&", "&\\&").replace("^", "\\^");
        escaped = escaped.startsWith("]") ? "\\]" + escaped.substring(1) : escaped;
        return "(?:(?!/)[" + (negated ? "^" : "") + escaped + "])";
    }
}
