package dev.proa.delivery.gitlab;

import com.google.re2j.Pattern;
import java.util.Collection;
import java.util.List;

/** Globs of paths, as in {@code rules:changes}: {@code *}, {@code **}, {@code ?}, {@code [a-z]} and <code>{a,b}</code>. */
final class Globs {
    private Globs() {}

    /** Whether any path matches any glob. A glob that ends with {@code /} stands for everything beneath. */
    static boolean any(List<String> globs, Collection<String> paths) {
        return globs.stream().anyMatch(glob -> {
            Pattern pattern = Pattern.compile(regex(glob.endsWith("/") ? glob + "**/*" : glob));
            return paths.stream().anyMatch(pattern::matches);
        });
    }

    private static String regex(String glob) {
        StringBuilder regex = new StringBuilder();
        int open = 0;
        for (int i = 0; i < glob.length(); i++) {
            char next = glob.charAt(i);
            if (glob.startsWith("**/", i)) {
                regex.append("(?:.*/)?");
                i += 2;
            } else if (glob.startsWith("**", i)) {
                regex.append(".*");
                i++;
            } else if (next == '*') {
                regex.append("[^/]*");
            } else if (next == '?') {
                regex.append("[^/]");
            } else if (next == '[' && glob.indexOf(']', i + 1) > 0) {
                int end = glob.indexOf(']', i + 1);
                regex.append('[')
                        .append(glob.substring(i + 1, end).replace("\\", "\\\\").replaceFirst("^!", "^"))
                        .append(']');
                i = end;
            } else if (next == '{') {
                regex.append("(?:");
                open++;
            } else if (next == '}' && open > 0) {
                regex.append(')');
                open--;
            } else if (next == ',' && open > 0) {
                regex.append('|');
            } else {
                regex.append(Pattern.quote(String.valueOf(next)));
            }
        }
        return regex + ")".repeat(open);
    }
}
