package dev.proa.server.apiserver;

import dev.proa.api.protobuf.Protobuf;
import dev.proa.api.status.Reason;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.MapValue;
import dev.proa.server.catalog.ApiCatalog;
import dev.proa.server.encoding.AcceptClause;
import dev.proa.server.encoding.Encoding;
import dev.proa.server.encoding.JsonEncoding;
import dev.proa.server.encoding.YamlEncoding;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The form of an answer that its client accepts: the syntax, and instead of the objects themselves a table of them or only their
 * metadata. Chosen as Kubernetes does: the first clause of {@code Accept}, by quality, that the server can serve.
 */
record Output(Syntax syntax, Shape shape, String shapeVersion) {
    /** Objects as JSON. */
    static final Output JSON = new Output(Syntax.JSON, Shape.OBJECT, "");

    private static final int REMEMBERED = 256;
    private static final Map<String, Output> KNOWN = new ConcurrentHashMap<>();

    /** The syntax of objects. */
    enum Syntax {
        JSON("application/json"),
        YAML("application/yaml"),
        PROTOBUF(Protobuf.MEDIA_TYPE);

        private final String mediaType;

        Syntax(String mediaType) {
            this.mediaType = mediaType;
        }

        /** The encoding of this syntax. */
        Encoding encoding(ApiCatalog catalog) {
            return switch (this) {
                case JSON -> JsonEncoding.INSTANCE;
                case YAML -> YamlEncoding.INSTANCE;
                case PROTOBUF -> catalog.protobuf();
            };
        }

        private boolean matches(String range) {
            return range.equals(mediaType) || range.equals("*/*") || range.equals("application/*");
        }
    }

    /** The representation of an object. */
    enum Shape {
        OBJECT,
        /** A {@code meta.k8s.io Table}. */
        TABLE,
        /** {@code meta.k8s.io PartialObjectMetadata}. */
        METADATA
    }

    /**
     * The representations that an endpoint supports.
     *
     * @param watch frames, which YAML does not have
     * @param tables whether its objects can be shown as a table
     * @param protobuf whether its objects can be written as protobuf; their metadata always can
     */
    record Choice(boolean watch, boolean tables, boolean protobuf) {
        private String key() {
            return (watch ? "w" : "") + (tables ? "t" : "") + (protobuf ? "p" : "") + ' ';
        }

        private boolean offers(Syntax syntax, Shape shape) {
            return switch (shape) {
                case OBJECT -> protobuf || syntax != Syntax.PROTOBUF;
                case TABLE -> tables && syntax != Syntax.PROTOBUF;
                case METADATA -> true;
            };
        }

        private List<String> mediaTypes(boolean streams) {
            List<String> types = new ArrayList<>(3);
            for (Syntax syntax : Syntax.values()) {
                if (offers(syntax, Shape.OBJECT) && (!streams || syntax != Syntax.YAML)) {
                    types.add(syntax.mediaType + (streams ? ";stream=watch" : ""));
                }
            }
            return types;
        }
    }

    /**
     * Chooses the form of an answer.
     *
     * @throws StatusException (406) when none is accepted
     */
    static Output negotiate(String accept, Choice choice) {
        if (accept.isEmpty() || accept.equals("application/json")) {
            return JSON;
        }
        String key = choice.key() + accept;
        Output known = KNOWN.get(key);
        if (known != null) {
            return known;
        }
        List<AcceptClause> clauses = AcceptClause.parse(accept);
        Output output = choose(clauses, choice);
        if (output == null) {
            boolean transformed =
                    clauses.stream().anyMatch(clause -> clause.words().size() > 1);
            throw transformed ? StatusException.notAcceptable(choice.mediaTypes(false)) : notAcceptable(choice);
        }
        if (choice.watch && output.syntax == Syntax.YAML) {
            throw StatusException.notAcceptable(choice.mediaTypes(true));
        }
        if (KNOWN.size() < REMEMBERED) {
            KNOWN.put(key, output);
        }
        return output;
    }

    /** The syntax of an error: what is accepted of objects that are not transformed, else JSON. */
    static Syntax ofErrors(@Nullable String accept) {
        if (accept == null || accept.isEmpty() || accept.equals("application/json")) {
            return Syntax.JSON;
        }
        for (AcceptClause clause : AcceptClause.parse(accept)) {
            Output output = output(clause, new Choice(false, false, true));
            if (output != null && output.shape == Shape.OBJECT) {
                return output.syntax;
            }
        }
        return Syntax.JSON;
    }

    private static StatusException notAcceptable(Choice choice) {
        List<String> all = new ArrayList<>(choice.mediaTypes(false));
        all.addAll(choice.mediaTypes(true));
        return StatusException.of(
                Reason.NotAcceptable,
                "406: Not Acceptable\n\nAvailable representations: " + String.join(", ", all),
                MapValue.EMPTY);
    }

    private static @Nullable Output choose(List<AcceptClause> clauses, Choice choice) {
        for (AcceptClause clause : clauses) {
            Output output = output(clause, choice);
            if (output != null) {
                return output;
            }
        }
        return null;
    }

    /** What a clause asks for, if there is such a choice; null otherwise. */
    private static @Nullable Output output(AcceptClause clause, Choice choice) {
        for (Syntax syntax : Syntax.values()) {
            Output output = syntax.matches(clause.range()) ? transformed(clause.words(), syntax) : null;
            if (output != null && choice.offers(syntax, output.shape)) {
                return output;
            }
        }
        return null;
    }

    private static @Nullable Output transformed(List<String> words, Syntax syntax) {
        String group = "";
        String version = "";
        String kind = "";
        for (String word : words.subList(1, words.size())) {
            int equals = word.indexOf('=');
            String value = word.substring(equals + 1);
            switch (word.substring(0, Math.max(0, equals))) {
                case "as" -> kind = value;
                case "g" -> group = value;
                case "v" -> version = value;
                case "stream" -> {
                    if (syntax == Syntax.YAML || !value.equals("watch")) {
                        return null;
                    }
                }
                default -> {
                    // nothing that this server knows
                }
            }
        }
        if (group.isEmpty() && version.isEmpty() && kind.isEmpty()) {
            return new Output(syntax, Shape.OBJECT, "");
        }
        if (!group.equals("meta.k8s.io") || !version.equals("v1") && !version.equals("v1beta1")) {
            return null;
        }
        return switch (kind) {
            case "Table" -> new Output(syntax, Shape.TABLE, version);
            case "PartialObjectMetadata", "PartialObjectMetadataList" -> new Output(syntax, Shape.METADATA, version);
            default -> null;
        };
    }
}
