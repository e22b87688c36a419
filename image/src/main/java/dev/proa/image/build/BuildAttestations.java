package dev.proa.image.build;

import dev.proa.image.Image;
import dev.proa.image.Reference;
import dev.proa.image.sbom.Attachment;
import dev.proa.image.sbom.CycloneDx;
import dev.proa.image.sbom.ImageScan;
import dev.proa.image.sbom.Provenance;
import dev.proa.image.sbom.Provenance.Material;
import dev.proa.image.solver.BaseImages;
import dev.proa.image.store.ImageStore;
import dev.proa.image.tar.UnpackLimits;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;

/**
 * What a build says about the image that it made: the packages in it, and of what it was made. Bases may be noted by several threads at
 * once.
 */
public final class BuildAttestations {
    private static final String BUILDER = "urn:proa:builder";

    private final ImageStore store;
    private final Attestations wanted;
    private final String buildType;
    private final Map<String, String> parameters;
    private final List<Material> sources;
    private final Instant started = Instant.now();
    private final Map<String, Material> bases = new ConcurrentSkipListMap<>();

    private BuildAttestations(
            ImageStore store,
            Attestations wanted,
            String buildType,
            Map<String, String> parameters,
            List<Material> sources) {
        this.store = store;
        this.wanted = wanted;
        this.buildType = buildType;
        this.parameters = parameters;
        this.sources = sources;
    }

    /** Of a build by a Dockerfile, which begins now. Values of build arguments are left out, since they may be secret. */
    public static BuildAttestations of(DockerfileSource source, ImageStore store, Attestations wanted) {
        List<Material> sources = wanted.provenance() ? List.of(BuildSources.file(source.file())) : List.of();
        Map<String, String> parameters =
                Map.of("dockerfile", String.valueOf(source.file().getFileName()), "target", source.target());
        return new BuildAttestations(store, wanted, "urn:proa:build:dockerfile:v1", parameters, sources);
    }

    /** Of a build without a Dockerfile, which begins now: the source may be another one when it ends. */
    static BuildAttestations of(Project project, ImageStore store, BuildOptions options) {
        Attestations wanted = options.attestations();
        Map<String, String> parameters = new TreeMap<>();
        List<Material> sources = new ArrayList<>();
        if (wanted.provenance()) {
            parameters.putAll(BuildSources.parameters(project, options));
            sources.addAll(BuildSources.of(project, options));
        }
        return new BuildAttestations(store, wanted, "urn:proa:build:project:v1", parameters, sources);
    }

    /** The same bases; which of them are used is remembered. */
    public BaseImages noting(BaseImages images) {
        return (reference, platform) -> {
            Image base = images.resolve(reference, platform);
            note(reference, base);
            return base;
        };
    }

    /** Remembers a base. */
    void note(Reference reference, Image base) {
        bases.put(reference.toString(), Material.image(reference, base.digest()));
    }

    /** Stores what is wanted beside the image, unless an earlier build of the same has left it there. */
    public void attach(Image image, Reference name) {
        if (wanted.sbom() && isMissing(image, CycloneDx.MEDIA_TYPE)) {
            ImageScan scan = ImageScan.of(store, image, UnpackLimits.of(System.getenv()));
            Attachment.sbom(CycloneDx.write(name, image.digest(), scan)).attach(store, image.descriptor(), name);
        }
        if (wanted.provenance() && isMissing(image, Provenance.MEDIA_TYPE)) {
            Map<String, String> all = new TreeMap<>(parameters);
            all.put("platform", image.config().platform().toString());
            List<Material> materials = new ArrayList<>(bases.values());
            materials.addAll(sources);
            Provenance made = new Provenance(buildType, all, materials, BUILDER, "", started, Instant.now());
            Attachment.provenance(made.statement(name, image.digest())).attach(store, image.descriptor(), name);
        }
    }

    private boolean isMissing(Image image, String artifactType) {
        return store.manifests().stream()
                .filter(named -> named.name().digest() != null
                        && store.contains(named.manifest().digest()))
                .map(named -> store.manifest(named.manifest().digest()))
                .noneMatch(document -> artifactType.equals(document.artifactType())
                        && document.subject() != null
                        && document.subject().digest().equals(image.digest()));
    }
}
