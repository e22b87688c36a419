package dev.proa.image.sbom;

import dev.proa.image.Digest;
import dev.proa.image.JsonDocument;
import dev.proa.image.Reference;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * How an image was built: an in-toto statement (version 1) with a SLSA provenance predicate (version 1).
 *
 * @param buildType a URI that says what the parameters mean
 * @param parameters what the user asked for, such as the target and the build arguments; nothing secret
 * @param materials what went into the build: bases, sources
 * @param builder a URI that names who built it
 * @param invocation identifies the build; may be empty
 */
public record Provenance(
        String buildType,
        Map<String, String> parameters,
        List<Material> materials,
        String builder,
        String invocation,
        @Nullable Instant started,
        @Nullable Instant finished) {
    public static final String MEDIA_TYPE = "application/vnd.in-toto+json";
    /** The annotation of the blob that says what kind of statement it is. */
    public static final String PREDICATE_ANNOTATION = "in-toto.io/predicate-type";

    public static final String PREDICATE_TYPE = "https://slsa.dev/provenance/v1";

    private static final String STATEMENT = "https://in-toto.io/Statement/v1";

    public Provenance {
        parameters = Map.copyOf(parameters);
        materials = List.copyOf(materials);
    }

    /**
     * Something that went into a build.
     *
     * @param uri such as {@code pkg:oci/...} for a base image, or {@code file:} for a file or folder
     * @param digest in hexadecimal digits by algorithm, as in-toto names them ({@code DigestSet})
     */
    public record Material(String uri, Map<String, String> digest) {
        public Material {
            digest = Map.copyOf(digest);
        }

        /** Something with a digest of its content. */
        public Material(String uri, Digest digest) {
            this(uri, Map.of(digest.algorithm(), digest.hex()));
        }

        /** A base image. */
        public static Material image(Reference name, Digest manifest) {
            String path = name.repository();
            return new Material(
                    "pkg:docker/" + path + "@" + manifest.algorithm() + "%3A" + manifest.hex() + "?repository_url="
                            + name.registry(),
                    manifest);
        }
    }

    /** The statement about an image. */
    public byte[] statement(Reference name, Digest manifest) {
        Map<String, Object> subject = new LinkedHashMap<>();
        subject.put("name", name.name());
        subject.put("digest", Map.of(manifest.algorithm(), manifest.hex()));
        Map<String, Object> statement = new LinkedHashMap<>();
        statement.put("_type", STATEMENT);
        statement.put("subject", List.of(subject));
        statement.put("predicateType", PREDICATE_TYPE);
        statement.put("predicate", predicate());
        return JsonDocument.write(statement);
    }

    private Map<String, Object> predicate() {
        List<Map<String, Object>> dependencies = new ArrayList<>();
        for (Material material : materials) {
            Map<String, Object> json = new LinkedHashMap<>();
            json.put("uri", material.uri);
            json.put("digest", new TreeMap<>(material.digest));
            dependencies.add(json);
        }
        Map<String, Object> definition = new LinkedHashMap<>();
        definition.put("buildType", buildType);
        definition.put("externalParameters", new TreeMap<>(parameters));
        definition.put("resolvedDependencies", dependencies);
        Map<String, Object> metadata = new LinkedHashMap<>();
        if (!invocation.isEmpty()) {
            metadata.put("invocationId", invocation);
        }
        putTime(metadata, "startedOn", started);
        putTime(metadata, "finishedOn", finished);
        Map<String, Object> details = new LinkedHashMap<>();
        details.put("builder", Map.of("id", builder));
        details.put("metadata", metadata);
        Map<String, Object> predicate = new LinkedHashMap<>();
        predicate.put("buildDefinition", definition);
        predicate.put("runDetails", details);
        return predicate;
    }

    private static void putTime(Map<String, Object> json, String name, @Nullable Instant time) {
        if (time != null) {
            json.put(name, time.truncatedTo(ChronoUnit.SECONDS).toString());
        }
    }
}
