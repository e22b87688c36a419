package dev.proa.image.solver;

import dev.proa.image.ImageFailure;
import dev.proa.image.Platform;
import dev.proa.image.Reference;
import dev.proa.image.layer.Compression;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What to build.
 *
 * @param context the folder that {@code COPY} and {@code ADD} take files from
 * @param file the Dockerfile, inside of the context or elsewhere
 * @param target the stage to build, by name or index; empty for the last one
 * @param arguments values of {@code ARG}s
 * @param contexts further contexts by name ({@code --build-context}): folders that replace stages and images of that name
 * @param secrets files by id, for {@code RUN --mount=type=secret}
 * @param sshSockets sockets of agents by id, for {@code RUN --mount=type=ssh}
 * @param platform of the image
 * @param labels of the image, in addition to the Dockerfile's
 * @param sourceDateEpoch seconds since the epoch ({@code SOURCE_DATE_EPOCH}): file times of new layers are no later, and it is
 *     the image's time of creation; null to keep times
 * @param noCache whether steps are run again although their results are there
 * @param cacheFrom names of caches in the store ({@code --cache-from}, once they are pulled)
 * @param cacheTo the name under which the results of this build's steps are written to the store ({@code --cache-to}); or null
 * @param insecure whether {@code RUN --security=insecure} is allowed
 */
public record BuildRequest(
        Path context,
        Path file,
        String target,
        Map<String, String> arguments,
        Map<String, Path> contexts,
        Map<String, Path> secrets,
        Map<String, Path> sshSockets,
        Platform platform,
        Map<String, String> labels,
        @Nullable Long sourceDateEpoch,
        Compression compression,
        boolean noCache,
        List<Reference> cacheFrom,
        @Nullable Reference cacheTo,
        boolean insecure) {

    public BuildRequest {
        arguments = Collections.unmodifiableMap(new TreeMap<>(arguments));
        cacheFrom = List.copyOf(cacheFrom);
        contexts = Map.copyOf(contexts);
        secrets = Map.copyOf(secrets);
        sshSockets = Map.copyOf(sshSockets);
        labels = Collections.unmodifiableMap(new TreeMap<>(labels));
    }

    /**
     * Reads the value of {@code SOURCE_DATE_EPOCH}; null when there is none.
     *
     * @throws ImageFailure when it is not a number
     */
    public static @Nullable Long epoch(@Nullable String value) {
        if (value == null || value.isBlank()) {
            return null;
        }
        if (!value.matches("[0-9]{1,12}")) {
            throw ImageFailure.invalid("SOURCE_DATE_EPOCH must be seconds since 1970, not \"" + value + "\"");
        }
        return Long.valueOf(value);
    }

    /** Builds the last stage of a context's Dockerfile, with no options. */
    public static BuildRequest of(Path context, Path file) {
        return new BuildRequest(
                context,
                file,
                "",
                Map.of(),
                Map.of(),
                Map.of(),
                Map.of(),
                Platform.host(),
                Map.of(),
                null,
                Compression.NONE,
                false,
                List.of(),
                null,
                false);
    }

    /** The same with the stage to build. */
    public BuildRequest withTarget(String value) {
        return with(change -> change.target = value);
    }

    /** The same with these arguments. */
    public BuildRequest withArguments(Map<String, String> value) {
        return with(change -> change.arguments = value);
    }

    /** The same with these further contexts. */
    public BuildRequest withContexts(Map<String, Path> value) {
        return with(change -> change.contexts = value);
    }

    /** The same with these secrets, files by id. */
    public BuildRequest withSecrets(Map<String, Path> value) {
        return with(change -> change.secrets = value);
    }

    /** The same with these sockets of agents. */
    public BuildRequest withSshSockets(Map<String, Path> value) {
        return with(change -> change.sshSockets = value);
    }

    /** The same for another platform. */
    public BuildRequest withPlatform(Platform value) {
        return with(change -> change.platform = value);
    }

    /** The same with these labels. */
    public BuildRequest withLabels(Map<String, String> value) {
        return with(change -> change.labels = value);
    }

    /** The same with this time; see the record. */
    public BuildRequest withSourceDateEpoch(@Nullable Long value) {
        return with(change -> change.sourceDateEpoch = value);
    }

    /** The same with this compression of new layers. */
    public BuildRequest withCompression(Compression value) {
        return with(change -> change.compression = value);
    }

    /** The same with the cache used, or not. */
    public BuildRequest withNoCache(boolean value) {
        return with(change -> change.noCache = value);
    }

    /** The same with {@code --security=insecure} allowed, or not. */
    public BuildRequest withInsecure(boolean value) {
        return with(change -> change.insecure = value);
    }

    /** The same with caches to read, and a cache to write or null; see the record. */
    public BuildRequest withCaches(List<Reference> from, @Nullable Reference to) {
        return with(change -> {
            change.cacheFrom = from;
            change.cacheTo = to;
        });
    }

    private BuildRequest with(Consumer<Change> what) {
        Change change = new Change(this);
        what.accept(change);
        return change.made();
    }

    /** A copy to change. */
    private static final class Change {
        private final Path context;
        private final Path file;
        private String target;
        private Map<String, String> arguments;
        private Map<String, Path> contexts;
        private Map<String, Path> secrets;
        private Map<String, Path> sshSockets;
        private Platform platform;
        private Map<String, String> labels;
        private @Nullable Long sourceDateEpoch;
        private Compression compression;
        private boolean noCache;
        private List<Reference> cacheFrom;
        private @Nullable Reference cacheTo;
        private boolean insecure;

        Change(BuildRequest request) {
            context = request.context;
            file = request.file;
            target = request.target;
            arguments = request.arguments;
            contexts = request.contexts;
            secrets = request.secrets;
            sshSockets = request.sshSockets;
            platform = request.platform;
            labels = request.labels;
            sourceDateEpoch = request.sourceDateEpoch;
            compression = request.compression;
            noCache = request.noCache;
            cacheFrom = request.cacheFrom;
            cacheTo = request.cacheTo;
            insecure = request.insecure;
        }

        BuildRequest made() {
            return new BuildRequest(
                    context,
                    file,
                    target,
                    arguments,
                    contexts,
                    secrets,
                    sshSockets,
                    platform,
                    labels,
                    sourceDateEpoch,
                    compression,
                    noCache,
                    cacheFrom,
                    cacheTo,
                    insecure);
        }
    }
}
