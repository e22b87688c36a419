package dev.proa.delivery.git;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Namespace and name of a repository, as in the path {@code /default/hello.git}. */
public record RepositoryName(String namespace, String name) {
    private static final Pattern PATH =
            Pattern.compile("/?([a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?)/([a-z0-9](?:[-.a-z0-9]{0,240}[a-z0-9])?)/?");

    /** Reads a path; {@code .git} at its end may be missing. Empty when it names no repository. */
    public static Optional<RepositoryName> ofPath(String path) {
        Matcher matcher = PATH.matcher(path);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        String name = matcher.group(2);
        String bare = name.endsWith(".git") ? name.substring(0, name.length() - 4) : name;
        return bare.isEmpty() || bare.endsWith(".") || bare.endsWith("-")
                ? Optional.empty()
                : Optional.of(new RepositoryName(matcher.group(1), bare));
    }

    /** The path in URLs. */
    public String path() {
        return "/" + namespace + "/" + name + ".git";
    }

    @Override
    public String toString() {
        return namespace + "/" + name;
    }
}
