package dev.proa.image;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Tags that are made of a digest: those of cosign for signatures and attestations ({@code sha256-<hex>.sig}), and the one under
 * which clients list the referrers of a manifest where the registry does not ({@code sha256-<hex>}).
 */
public final class DigestTags {
    /** What cosign stores beside an image: signatures, attestations and SBOMs. */
    public static final List<String> SUFFIXES = List.of(".sig", ".att", ".sbom");

    private DigestTags() {}

    /** The tag of the list of a manifest's referrers. */
    public static String fallback(Digest subject) {
        String tag = subject.algorithm() + "-" + subject.hex();
        return tag.substring(0, Math.min(tag.length(), 128));
    }

    /** What the tag of a name says it is about; null when it is a tag like any other. */
    public static @Nullable Digest subject(Reference name) {
        String tag = name.tag();
        if (tag == null || !tag.startsWith("sha256-")) {
            return null;
        }
        for (String suffix : SUFFIXES) {
            if (tag.endsWith(suffix)) {
                try {
                    return new Digest("sha256", tag.substring("sha256-".length(), tag.length() - suffix.length()));
                } catch (ImageFailure e) {
                    return null; // it only looks alike
                }
            }
        }
        return null;
    }
}
