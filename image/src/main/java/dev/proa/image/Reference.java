package dev.proa.image;

import org.jspecify.annotations.Nullable;

/**
 * The name of an image, by the rules of Docker and Kubernetes: {@code nginx} means {@code docker.io/library/nginx:latest}.
 *
 * @param registry host, with a port if given: {@code docker.io}, {@code localhost:5000}
 * @param repository path below the registry: {@code library/nginx}
 * @param tag or null; when neither tag nor digest is given, parsing says {@code latest}
 * @param digest or null; when given, the tag is ignored
 */
public record Reference(
        String registry,
        String repository,
        @Nullable String tag,
        @Nullable Digest digest) {
    private static final String DEFAULT_REGISTRY = "docker.io";
    private static final String OFFICIAL = "library/";

    public Reference {
        if (repository.length() + registry.length() + 1 > 255) {
            throw ImageFailure.invalid("image name \"" + repository + "\" is longer than 255 characters");
        }
    }

    /** Parses a reference as users and pods write it. */
    public static Reference parse(String text) {
        String rest = text;
        Digest digest = null;
        int at = rest.indexOf('@');
        if (at >= 0) {
            digest = Digest.parse(rest.substring(at + 1));
            rest = rest.substring(0, at);
        }
        String tag = null;
        int colon = rest.lastIndexOf(':');
        if (colon > rest.lastIndexOf('/')) {
            tag = rest.substring(colon + 1);
            rest = rest.substring(0, colon);
            if (!isTag(tag)) {
                throw bad(text, "\"" + tag + "\" is not a tag");
            }
        }
        if (rest.length() == 64 && Digest.isLowerHex(rest)) {
            throw bad(text, "64 hexadecimal digits are an image's id, not a name");
        }
        String registry = DEFAULT_REGISTRY;
        int slash = rest.indexOf('/');
        if (slash >= 0 && isHost(rest.substring(0, slash))) {
            registry = rest.substring(0, slash);
            rest = rest.substring(slash + 1);
            if (!isValidHost(registry)) {
                throw bad(text, "\"" + registry + "\" is not a registry's host");
            }
        }
        if (registry.equals("index.docker.io")) {
            registry = DEFAULT_REGISTRY;
        }
        checkPath(text, rest);
        if (registry.equals(DEFAULT_REGISTRY) && rest.indexOf('/') < 0) {
            rest = OFFICIAL + rest;
        }
        return new Reference(registry, rest, tag == null && digest == null ? "latest" : tag, digest);
    }

    /** Registry and repository, without tag and digest. */
    public String name() {
        return registry + "/" + repository;
    }

    /** The short form that users write: without {@code docker.io/} and {@code library/}. */
    public String familiar() {
        String name = name();
        if (registry.equals(DEFAULT_REGISTRY)) {
            name = repository.startsWith(OFFICIAL) && repository.indexOf('/', OFFICIAL.length()) < 0
                    ? repository.substring(OFFICIAL.length())
                    : repository;
        }
        return name + suffix();
    }

    /** The same repository at a digest. */
    public Reference withDigest(Digest newDigest) {
        return new Reference(registry, repository, null, newDigest);
    }

    /** The same repository at a tag. */
    public Reference withTag(String newTag) {
        if (!isTag(newTag)) {
            throw ImageFailure.invalid("\"" + newTag + "\" is not a tag");
        }
        return new Reference(registry, repository, newTag, null);
    }

    /** Without the tag if there is a digest. */
    public Reference canonical() {
        return digest == null || tag == null ? this : new Reference(registry, repository, null, digest);
    }

    /** The full form: {@code docker.io/library/nginx:latest}. */
    @Override
    public String toString() {
        return name() + suffix();
    }

    private String suffix() {
        return (tag == null ? "" : ":" + tag) + (digest == null ? "" : "@" + digest);
    }

    /**
     * Whether the first part of a name is a registry host: it has a dot, a port or an upper case letter, or is
     * localhost.
     */
    private static boolean isHost(String part) {
        return part.indexOf('.') >= 0
                || part.indexOf(':') >= 0
                || part.equals("localhost")
                || part.chars().anyMatch(c -> c >= 'A' && c <= 'Z');
    }

    private static boolean isValidHost(String host) {
        String name = host;
        if (name.startsWith("[")) {
            int close = name.indexOf(']');
            return close > 0 && (close == name.length() - 1 || isPort(name, close + 1));
        }
        int colon = name.indexOf(':');
        if (colon >= 0) {
            if (!isPort(name, colon)) {
                return false;
            }
            name = name.substring(0, colon);
        }
        for (String label : name.split("\\.", -1)) {
            if (label.isEmpty()
                    || label.startsWith("-")
                    || label.endsWith("-")
                    || !label.chars().allMatch(c -> isLetterOrDigit(c) || c == '-')) {
                return false;
            }
        }
        return true;
    }

    private static boolean isPort(String text, int colon) {
        return text.charAt(colon) == ':'
                && colon + 1 < text.length()
                && text.substring(colon + 1).chars().allMatch(c -> c >= '0' && c <= '9');
    }

    private static boolean isLetterOrDigit(int c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9';
    }

    private static boolean isTag(String tag) {
        if (tag.isEmpty() || tag.length() > 128 || !(isLetterOrDigit(tag.charAt(0)) || tag.charAt(0) == '_')) {
            return false;
        }
        return tag.chars().allMatch(c -> isLetterOrDigit(c) || c == '_' || c == '.' || c == '-');
    }

    private static void checkPath(String text, String path) {
        for (String part : path.split("/", -1)) {
            checkComponent(text, part);
        }
    }

    /** Lower-case words joined by one dot, one or two underscores, or any number of dashes. */
    private static void checkComponent(String text, String part) {
        boolean afterWord = false;
        for (int i = 0; i < part.length(); ) {
            int start = i;
            while (i < part.length() && isLowerOrDigit(part.charAt(i))) {
                i++;
            }
            afterWord = i > start;
            if (!afterWord) {
                break;
            }
            int separator = i;
            while (i < part.length() && !isLowerOrDigit(part.charAt(i))) {
                i++;
            }
            if (i > separator) {
                afterWord = false;
                checkSeparator(text, part.substring(separator, i));
            }
        }
        if (!afterWord) {
            boolean upper = part.chars().anyMatch(c -> c >= 'A' && c <= 'Z');
            throw bad(
                    text,
                    upper
                            ? "repository names are lower case"
                            : "\"" + part + "\" must be lower-case letters and digits, joined by . _ __ or -");
        }
    }

    private static void checkSeparator(String text, String separator) {
        boolean good = separator.equals(".")
                || separator.equals("_")
                || separator.equals("__")
                || separator.chars().allMatch(c -> c == '-');
        if (!good) {
            throw bad(text, "\"" + separator + "\" cannot be part of a repository's name");
        }
    }

    private static boolean isLowerOrDigit(char c) {
        return c >= 'a' && c <= 'z' || c >= '0' && c <= '9';
    }

    private static ImageFailure bad(String text, String why) {
        return ImageFailure.invalid("invalid image reference \"" + text + "\": " + why);
    }
}
