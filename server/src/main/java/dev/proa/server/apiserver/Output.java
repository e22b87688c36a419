package dev.proa.server.apiserver;

import dev.proa.api.status.Reason;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.MapValue;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * In what form somebody accepts an answer: the syntax, and instead of the objects themselves a table of them or only their
 * metadata.
 */
public record Output(Syntax syntax, Shape shape, String shapeVersion) {
    /** Objects as JSON. */
    public static final Output JSON = new Output(Syntax.JSON, Shape.OBJECT, "");

    private static final List<String> ACCEPTED = List.of("application/json", "application/yaml");
    private static final int REMEMBERED = 256;
    private static final Map<String, Output> KNOWN = new ConcurrentHashMap<>();

    /** How values are written. */
    public enum Syntax {
        JSON("application/json"),
        YAML("application/yaml");

        private final String mediaType;

        Syntax(String mediaType) {
            this.mediaType = mediaType;
        }

        public String mediaType() {
            return mediaType;
        }
    }

    /** What is written for an object. */
    public enum Shape {
        OBJECT,
        /** A {@code meta.k8s.io Table}. */
        TABLE,
        /** {@code meta.k8s.io PartialObjectMetadata}. */
        METADATA
    }

    /**
     * Chooses the first form in an {@code Accept} header that this server has.
     *
     * @param tables whether what is asked for can be shown as a table
     * @throws StatusException (406) when it has none of them
     */
    public static Output negotiate(String accept, boolean watch, boolean tables) {
        if (accept.isEmpty() || accept.equals("application/json")) {
            return JSON;
        }
        String key = (watch ? "w" : "") + (tables ? "t" : "") + ' ' + accept;
        Output known = KNOWN.get(key);
        if (known != null) {
            return known;
        }
        Output output = parse(accept, watch, tables);
        if (output == null) {
            throw accept.contains("as=") ? StatusException.notAcceptable(ACCEPTED) : notAcceptable();
        }
        if (KNOWN.size() < REMEMBERED) {
            KNOWN.put(key, output);
        }
        return output;
    }

    /** As {@link #negotiate}, with another output instead of a failure: for errors. */
    public static Output negotiateOr(String accept, Output otherwise) {
        try {
            return negotiate(accept, false, true);
        } catch (StatusException e) {
            return otherwise;
        }
    }

    static StatusException notAcceptable() {
        return StatusException.of(
                Reason.NotAcceptable,
                "406: Not Acceptable\n\nAvailable representations: application/json, application/yaml,"
                        + " application/json;stream=watch",
                MapValue.EMPTY);
    }

    private static @Nullable Output parse(String accept, boolean watch, boolean tables) {
        for (String clause : accept.split(",", -1)) {
            Output output = clause(clause, watch);
            if (output != null && (tables || output.shape() != Shape.TABLE)) {
                return output;
            }
        }
        return null;
    }

    private static @Nullable Output clause(String clause, boolean watch) {
        Syntax syntax = null;
        Shape shape = Shape.OBJECT;
        String version = "";
        boolean first = true;
        for (String part : clause.split(";", -1)) {
            String word = part.strip();
            if (first) {
                first = false;
                syntax = syntax(word.toLowerCase(Locale.ROOT));
            } else if (word.startsWith("as=")) {
                switch (word.substring(3)) {
                    case "Table" -> shape = Shape.TABLE;
                    case "PartialObjectMetadata", "PartialObjectMetadataList" -> shape = Shape.METADATA;
                    default -> {
                        return null;
                    }
                }
            } else if (word.startsWith("v=")) {
                version = word.substring(2);
            } else if (word.startsWith("g=") && !word.equals("g=meta.k8s.io")) {
                return null;
            } else if (word.startsWith("stream=") && !(watch && word.equals("stream=watch"))) {
                return null;
            }
        }
        if (syntax == null || watch && syntax == Syntax.YAML) {
            return null;
        }
        if (shape != Shape.OBJECT && !version.equals("v1") && !version.equals("v1beta1")) {
            return null;
        }
        return new Output(syntax, shape, version);
    }

    private static @Nullable Syntax syntax(String mediaType) {
        return switch (mediaType) {
            case "application/json", "*/*", "application/*" -> Syntax.JSON;
            case "application/yaml" -> Syntax.YAML;
            default -> null;
        };
    }
}
