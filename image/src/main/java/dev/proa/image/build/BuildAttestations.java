package dev.proa.cli;

import dev.proa.image.Digest;
import dev.proa.image.Image;
import dev.proa.image.Reference;
import dev.proa.image.sbom.Attachment;
import dev.proa.image.sbom.CycloneDx;
import dev.proa.image.sbom.ImageScan;
import dev.proa.image.sbom.Provenance;
import dev.proa.image.solver.BaseImages;
import dev.proa.image.store.ImageStore;
import dev.proa.image.tar.UnpackLimits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;

/** What a build by a Dockerfile says about the image that it made: the packages in it, and of what it was made. */
final class BuildAttestations {
    private static final String BUILD_TYPE = "urn:proa:build:dockerfile:v1";
    private static final String BUILDER = "urn:proa:builder";

    private final ImageStore store;
    private final Path dockerfile;
    private final String target;
    private final Instant started = Instant.now();
    private final Map<String, Provenance.Material> bases = new ConcurrentSkipListMap<>();

    BuildAttestations(ImageStore store, Path dockerfile, String target) {
        this.store = store;
        this.dockerfile = dockerfile;
        this.target = target;
    }

    /** The same bases; which of them are used is remembered. */
    BaseImages noting(BaseImages images) {
        return (reference, platform) -> {
            Image base = images.resolve(reference, platform);
            bases.put(reference.toString(), Provenance.Material.image(reference, base.digest()));
            return base;
        };
    }

    /** Stores what is wanted beside the image. Values of build arguments are left out, since they may be secret. */
    void attach(Image image, Reference name, boolean sbom, boolean provenance) throws IOException {
        if (sbom) {
            ImageScan scan = ImageScan.of(store, image, UnpackLimits.of(System.getenv()));
            Attachment.sbom(CycloneDx.write(name, image.digest(), scan)).attach(store, image.descriptor(), name);
        }
        if (provenance) {
            List<Provenance.Material> materials = new ArrayList<>(bases.values());
            materials.add(new Provenance.Material(
                    "file:" + dockerfile.getFileName(), Digest.of(Files.readAllBytes(dockerfile))));
            Provenance made = new Provenance(
                    BUILD_TYPE,
                    Map.of(
                            "dockerfile",
                            String.valueOf(dockerfile.getFileName()),
                            "target",
                            target,
                            "platform",
                            image.config().platform().toString()),
                    materials,
                    BUILDER,
                    "",
                    started,
                    Instant.now());
            Attachment.provenance(made.statement(name, image.digest())).attach(store, image.descriptor(), name);
        }
    }
}
