package dev.proa.node.kubelet.container;

import dev.proa.image.ImageFailure;
import dev.proa.image.Reference;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Names of images in pods. */
final class ImageNames {
    private static final int LONGEST = 255;

    private ImageNames() {}

    /** What is wrong with a name, in the words of Kubernetes; null for nothing. */
    static @Nullable String problem(String image) {
        try {
            Reference.parse(image);
            return null;
        } catch (ImageFailure e) {
            return "couldn't parse image name \"" + image + "\": " + detail(image);
        }
    }

    private static String detail(String image) {
        if (image.matches("[a-f0-9]{64}")) {
            return "invalid repository name (" + image + "), cannot specify 64-byte hexadecimal strings";
        }
        String path = path(image);
        if (!path.toLowerCase(Locale.ROOT).equals(path)) {
            return "invalid reference format: repository name (" + path + ") must be lowercase";
        }
        return path.length() > LONGEST
                ? "repository name must not be more than " + LONGEST + " characters"
                : "invalid reference format";
    }

    /** The path of the repository, with {@code library/} where Docker's names mean that. */
    private static String path(String image) {
        int slash = image.indexOf('/');
        String first = slash < 0 ? "" : image.substring(0, slash);
        boolean host = first.equals("localhost")
                || first.contains(".")
                || first.contains(":")
                || !first.toLowerCase(Locale.ROOT).equals(first);
        String rest = host ? image.substring(slash + 1) : slash < 0 ? "library/" + image : image;
        int colon = rest.indexOf(':');
        return colon < 0 ? rest : rest.substring(0, colon);
    }

    /**
     * Whether a name is of a registry of this machine. Such images came by a push to it, which needed the right to do so, and are for every
     * pod, as if they were on the kubelet's list of images that need no verification.
     */
    static boolean isLocal(String image) {
        String registry = Reference.parse(image).registry();
        return registry.equals("localhost") || registry.startsWith("localhost:") || registry.startsWith("127.");
    }

    /** A name with its registry and without tag and digest. */
    static String repository(String image) {
        return Reference.parse(image).name();
    }
}
