package dev.proa.server.cel;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Functions of regular expressions, which take linear time. */
final class Regexes {
    private Regexes() {}

    static @Nullable Function find(String name) {
        return switch (name) {
            case "matches", "find", "findAll" ->
                args -> apply(
                        name, pattern(Strings.text(args[1]), name.equals("matches") ? "" : "Illegal regex: "), args);
            default -> null;
        };
    }

    /**
     * A function whose pattern is known.
     *
     * @throws EvaluationException when it is none
     */
    static Function compiled(String name, String pattern) {
        Pattern compiled = pattern(pattern, "");
        return args -> apply(name, compiled, args);
    }

    private static Pattern pattern(String text, String prefix) {
        try {
            return Pattern.compile(text);
        } catch (PatternSyntaxException e) {
            String error = "error parsing regexp: " + e.getDescription() + ": `" + e.getPattern() + "`";
            throw new EvaluationException(prefix + error);
        }
    }

    private static Object apply(String name, Pattern pattern, @Nullable Object[] args) {
        Matcher matcher = pattern.matcher(Strings.text(args[0]));
        return switch (name) {
            case "matches" -> matcher.find();
            case "find" -> matcher.find() ? matcher.group() : "";
            default -> all(matcher, args.length > 2 ? Strings.number(args[2]) : -1);
        };
    }

    private static List<String> all(Matcher matcher, long most) {
        List<String> found = new ArrayList<>();
        while ((most < 0 || found.size() < most) && matcher.find()) {
            found.add(matcher.group());
        }
        return found;
    }
}
