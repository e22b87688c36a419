package dev.proa.registry;

import dev.proa.image.Digest;
import dev.proa.image.ImageFailure;
import java.util.List;

/** What the path of a request means. */
sealed interface Route {
    /** {@code /v2/}: whether this is a registry. */
    record Base() implements Route {}

    /** Whatever is in a repository. */
    sealed interface InRepository extends Route {
        /** The repository's path, not checked. */
        String name();
    }

    /** {@code /v2/NAME/manifests/REFERENCE}. */
    record Manifest(String name, String reference) implements InRepository {}

    /** {@code /v2/NAME/blobs/DIGEST}. */
    record Blob(String name, Digest digest) implements InRepository {}

    /** {@code /v2/NAME/blobs/uploads/}. */
    record Uploads(String name) implements InRepository {}

    /** {@code /v2/NAME/blobs/uploads/ID}. */
    record Upload(String name, String id) implements InRepository {}

    /** {@code /v2/NAME/tags/list}. */
    record Tags(String name) implements InRepository {}

    /** {@code /v2/NAME/referrers/DIGEST}. */
    record Referrers(String name, Digest digest) implements InRepository {}

    /**
     * Reads the path of a request.
     *
     * @throws RegistryException when it has no meaning
     */
    static Route parse(String raw) {
        // The only character of a valid path that clients escape.
        String path = raw.indexOf('%') < 0 ? raw : raw.replace("%3A", ":").replace("%3a", ":");
        if (path.equals("/v2") || path.equals("/v2/")) {
            return new Base();
        }
        if (!path.startsWith("/v2/")) {
            throw new RegistryException(404, ErrorCode.UNSUPPORTED, "there is nothing but a registry, below /v2/");
        }
        List<String> parts = List.of(path.substring(4).split("/", -1));
        int count = parts.size();
        String last = parts.getLast();
        if (count >= 4
                && parts.get(count - 3).equals("blobs")
                && parts.get(count - 2).equals("uploads")) {
            String name = name(parts, 3);
            return last.isEmpty() ? new Uploads(name) : new Upload(name, last);
        }
        if (count >= 3) {
            String name = name(parts, 2);
            switch (parts.get(count - 2)) {
                case "manifests":
                    return new Manifest(name, last);
                case "blobs":
                    return last.equals("uploads") ? new Uploads(name) : new Blob(name, digest(last));
                case "referrers":
                    return new Referrers(name, digest(last));
                case "tags":
                    if (last.equals("list")) {
                        return new Tags(name);
                    }
                    break;
                default:
            }
        }
        throw new RegistryException(404, ErrorCode.UNSUPPORTED, "the distribution specification has no such path");
    }

    private static String name(List<String> parts, int after) {
        return String.join("/", parts.subList(0, parts.size() - after));
    }

    /** Reads a digest that somebody sent. */
    static Digest digest(String text) {
        try {
            return Digest.parse(text);
        } catch (ImageFailure e) {
            throw new RegistryException(ErrorCode.DIGEST_INVALID, String.valueOf(e.getMessage()));
        }
    }
}
