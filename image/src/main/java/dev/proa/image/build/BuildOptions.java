package dev.proa.image.build;

import dev.proa.image.layer.Compression;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Options of a build.
 *
 * @param cache directory for what later builds reuse; may be shared by concurrent builds
 * @param compression of new layers; those of a base are kept as they are
 * @param mainClass the class to start, or null to detect it
 * @param jvmFlags in addition to the usual ones and those of the project's {@code proa.jvm.flags}; later ones win
 * @param labels of the image
 * @param hostTools whether an image on the host's runtime gets a shell and a few tools, so that {@code kubectl exec} and
 *     {@code cp} have something to run
 * @param tests whether the project's own tests are run first, and must pass
 * @param builder whether a Dockerfile of the folder is used
 * @param attestations what is kept beside the image
 */
public record BuildOptions(
        Path cache,
        BaseImage base,
        Compression compression,
        @Nullable String mainClass,
        List<String> jvmFlags,
        Map<String, String> labels,
        boolean hostTools,
        boolean tests,
        Builder builder,
        Attestations attestations) {

    public BuildOptions {
        jvmFlags = List.copyOf(jvmFlags);
        labels = Collections.unmodifiableMap(new TreeMap<>(labels));
    }

    /** Without running tests, and by the folder's Dockerfile when it has one. */
    public BuildOptions(
            Path cache,
            BaseImage base,
            Compression compression,
            @Nullable String mainClass,
            List<String> jvmFlags,
            Map<String, String> labels,
            boolean hostTools) {
        this(cache, base, compression, mainClass, jvmFlags, labels, hostTools, false, Builder.AUTO, Attestations.NONE);
    }

    /** Options for an application that runs on the machine that builds it. */
    public static BuildOptions local(Path cache) {
        return new BuildOptions(cache, new BaseImage.HostRuntime(), Compression.NONE, null, List.of(), Map.of(), true);
    }

    /** The same with another base. */
    public BuildOptions withBase(BaseImage newBase) {
        return new BuildOptions(
                cache, newBase, compression, mainClass, jvmFlags, labels, hostTools, tests, builder, attestations);
    }

    /** The same with the project's tests run first, or not. */
    public BuildOptions withTests(boolean run) {
        return new BuildOptions(
                cache, base, compression, mainClass, jvmFlags, labels, hostTools, run, builder, attestations);
    }

    /** The same by another builder. */
    public BuildOptions withBuilder(Builder newBuilder) {
        return new BuildOptions(
                cache, base, compression, mainClass, jvmFlags, labels, hostTools, tests, newBuilder, attestations);
    }

    /** The same with another compression of new layers. */
    public BuildOptions withCompression(Compression kind) {
        return new BuildOptions(
                cache, base, kind, mainClass, jvmFlags, labels, hostTools, tests, builder, attestations);
    }

    /** The same with other things kept beside the image. */
    public BuildOptions withAttestations(Attestations wanted) {
        return new BuildOptions(
                cache, base, compression, mainClass, jvmFlags, labels, hostTools, tests, builder, wanted);
    }
}
