package dev.proa.image.build;

/**
 * What a build keeps beside the image that it makes.
 *
 * @param sbom whether it lists the packages in it (CycloneDX)
 * @param provenance whether it says how and of what it was built (SLSA)
 */
public record Attestations(boolean sbom, boolean provenance) {
    /** Nothing. */
    public static final Attestations NONE = new Attestations(false, false);
}
