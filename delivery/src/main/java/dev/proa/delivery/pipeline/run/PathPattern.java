package dev.proa.delivery.pipeline.run;

import com.google.re2j.Pattern;
import java.util.List;

/** Globs of paths as the toolkit of GitHub's actions has them: {@code *} and {@code ?} within a name, {@code **} for any folders, {@code !} takes out again. */
record PathPattern(String glob, boolean exclude, Pattern regex) {
    /** Reads a line; the path is relative to the workspace. */
    static PathPattern of(String line) {
        boolean exclude = line.startsWith("!");
        String glob = (exclude ? line.substring(1) : line)
                .strip()
                .replaceFirst("^\\./", "")
                .replaceFirst("/+$", "");
        StringBuilder regex = new StringBuilder();
        for (int i = 0; i < glob.length(); i++) {
            char c = glob.charAt(i);
            if (glob.startsWith("**/", i)) {
                regex.append("(?:.*/)?");
                i += 2;
            } else if (glob.startsWith("**", i)) {
                regex.append(".*");
                i++;
            } else if (c == '*') {
                regex.append("[^/]*");
            } else if (c == '?') {
                regex.append("[^/]");
            } else {
                regex.append(Pattern.quote(String.valueOf(c)));
            }
        }
        return new PathPattern(
                glob, exclude, Pattern.compile(glob.isEmpty() || glob.equals(".") ? ".*" : regex + "(?:/.*)?"));
    }

    /** Whether it matches a file, or a folder above it. */
    boolean matches(String path) {
        return regex.matcher(path).matches();
    }

    /** Whether a list of patterns takes a path: the last one that matches decides. */
    static boolean takes(List<PathPattern> patterns, String path) {
        boolean taken = false;
        for (PathPattern pattern : patterns) {
            if (pattern.matches(path)) {
                taken = !pattern.exclude;
            }
        }
        return taken;
    }

    /** The folder beneath which everything that matches is: the pattern up to its first star. */
    String root() {
        int star = glob.indexOf('*') < 0 && glob.indexOf('?') < 0 ? -1 : glob.split("[*?]", 2)[0].length();
        String fixed = star < 0 ? glob : glob.substring(0, star);
        if (star >= 0) {
            int slash = fixed.lastIndexOf('/');
            return slash < 0 ? "" : fixed.substring(0, slash);
        }
        return fixed.equals(".") ? "" : fixed;
    }
}
