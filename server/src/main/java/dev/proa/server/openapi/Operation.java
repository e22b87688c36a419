package dev.proa.server.openapi;

import dev.proa.api.value.MapValue;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What can be done at a path, as both forms of OpenAPI tell it.
 *
 * @param method in lower case
 * @param id tells operations apart, and names the methods of generated clients
 * @param action Kubernetes' word for it, as {@code list}; empty for what is no resource
 * @param tag the group and version in one word
 * @param kind the group, version and kind; null for what is no resource
 * @param parameters in the path and the query, sorted by name
 * @param body null for none
 * @param consumes media types of requests
 * @param produces media types of responses
 */
record Operation(
        String path,
        String method,
        String id,
        String action,
        String description,
        String tag,
        @Nullable MapValue kind,
        List<Parameter> parameters,
        @Nullable Body body,
        List<String> consumes,
        List<String> produces,
        List<Response> responses) {

    /**
     * A parameter.
     *
     * @param in {@code path} or {@code query}
     */
    record Parameter(String name, String in, String type, String description) {
        boolean required() {
            return in.equals("path");
        }

        /** What it is, without where its type goes. */
        MapValue.Builder describe() {
            MapValue.Builder described =
                    MapValue.builder(8).put("name", name).put("in", in).put("description", description);
            return required() ? described.put("required", true) : described;
        }
    }

    /** @param schema the name of its type */
    record Body(String schema, boolean required) {}

    /** @param schema the name of its type; {@code string} for text, empty for nothing that is described */
    record Response(int code, String description, String schema) {}

    /** What every operation tells about itself in both forms. */
    MapValue.Builder describe() {
        MapValue.Builder described =
                MapValue.builder(12).put("description", description).put("operationId", id);
        if (!action.isEmpty()) {
            described.put("x-kubernetes-action", action);
        }
        if (kind != null) {
            described.put("x-kubernetes-group-version-kind", kind);
        }
        return described;
    }
}
