package dev.proa.server.openapi;

import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.server.openapi.Operation.Body;
import dev.proa.server.openapi.Operation.Parameter;
import dev.proa.server.openapi.Operation.Response;
import java.util.List;

/** Writes paths in the form of OpenAPI 3.0. */
final class V3 {
    private final Schemas schemas;

    /** @param schemas takes the types that are referred to */
    V3(Schemas schemas) {
        this.schemas = schemas;
    }

    MapValue pathItem(PathItem item) {
        MapValue.Builder written = MapValue.builder();
        if (!item.shared().isEmpty()) {
            written.put("parameters", parameters(item.shared()));
        }
        for (Operation operation : item.operations()) {
            written.put(operation.method(), operation(operation, item.own(operation)));
        }
        return written.build();
    }

    private static ListValue parameters(List<Parameter> parameters) {
        return ListValue.copyOf(parameters.stream().map(V3::parameter).toList());
    }

    private static MapValue parameter(Parameter parameter) {
        return parameter
                .describe()
                .put("schema", MapValue.of("type", parameter.type(), "uniqueItems", true))
                .build();
    }

    private MapValue operation(Operation operation, List<Parameter> own) {
        MapValue.Builder written = operation.describe().put("tags", ListValue.of(operation.tag()));
        if (!own.isEmpty()) {
            written.put("parameters", parameters(own));
        }
        Body body = operation.body();
        if (body != null) {
            MapValue content = content(operation.consumes(), schemas.reference(body.schema()));
            written.put("requestBody", body.required() ? content.with("required", true) : content);
        }
        MapValue.Builder responses = MapValue.builder();
        for (Response response : operation.responses()) {
            MapValue described = MapValue.of("description", response.description());
            responses.put(
                    Integer.toString(response.code()),
                    response.schema().isEmpty()
                            ? described
                            : content(operation.produces(), schemas.ofResponse(response))
                                    .with("description", response.description()));
        }
        return written.put("responses", responses.build()).build();
    }

    private static MapValue content(List<String> types, MapValue schema) {
        MapValue.Builder content = MapValue.builder();
        for (String type : types) {
            content.put(type, MapValue.of("schema", schema));
        }
        return MapValue.of("content", content.build());
    }
}
