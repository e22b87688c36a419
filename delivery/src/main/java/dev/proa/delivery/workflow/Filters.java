package dev.proa.delivery.workflow;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import java.util.ArrayList;
import java.util.List;

/**
 * Patterns of branches, tags or paths, as in {@code on.push.branches}: {@code *} and {@code **}, {@code ?} and {@code +} for what stands before them, classes in brackets, and
 * {@code !} for what is taken out again. The last pattern that matches counts. Immutable.
 */
final class Filters {
    private final List<Filter> filters;

    private record Filter(Pattern pattern, boolean takesOut) {}

    private Filters(List<Filter> filters) {
        this.filters = filters;
    }

    /** @throws IllegalArgumentException when one is broken; the message says which */
    static Filters of(List<String> patterns) {
        List<Filter> filters = new ArrayList<>();
        for (String pattern : patterns) {
            boolean takesOut = pattern.startsWith("!");
            try {
                filters.add(new Filter(Pattern.compile(regex(takesOut ? pattern.substring(1) : pattern)), takesOut));
            } catch (PatternSyntaxException e) {
                throw new IllegalArgumentException("the pattern '" + pattern + "' is invalid: " + e.getDescription());
            }
        }
        return new Filters(filters);
    }

    /** Whether a name is taken. */
    boolean match(String name) {
        boolean taken = false;
        for (Filter filter : filters) {
            if (taken == filter.takesOut && filter.pattern.matches(name)) {
                taken = !filter.takesOut;
            }
        }
        return taken;
    }

    private static String regex(String pattern) {
        StringBuilder regex = new StringBuilder("(?s)");
        for (int i = 0; i < pattern.length(); i++) {
            char next = pattern.charAt(i);
            switch (next) {
                case '*' -> {
                    if (!pattern.startsWith("**", i)) {
                        regex.append("[^/]*");
                    } else if (pattern.startsWith("**/", i) && (i == 0 || pattern.charAt(i - 1) == '/')) {
                        regex.append("(?:.*/)?");
                        i += 2;
                    } else {
                        regex.append(".*");
                        i++;
                    }
                }
                case '?', '+' -> regex.append(next);
                case '[' -> {
                    int end = pattern.indexOf(']', i + 1);
                    if (end < 0) {
                        throw new IllegalArgumentException("the pattern '" + pattern + "' has a [ that is not closed");
                    }
                    regex.append('[')
                            .append(pattern.substring(i + 1, end).replace("\\", "\\\\"))
                            .append(']');
                    i = end;
                }
                case '\\' -> {
                    i++;
                    regex.append(Pattern.quote(i < pattern.length() ? pattern.substring(i, i + 1) : "\\"));
                }
                default -> {
                    if ("{}()^$.|".indexOf(next) >= 0) {
                        regex.append('\\');
                    }
                    regex.append(next);
                }
            }
        }
        return regex.toString();
    }
}
