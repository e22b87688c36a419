package dev.proa.server.openapi;

import dev.proa.api.codec.Json;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.server.openapi.Operation.Body;
import dev.proa.server.openapi.Operation.Parameter;
import dev.proa.server.openapi.Operation.Response;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Writes paths in the form of OpenAPI 2.0, and collects the parameters that many of them have. */
final class V2 {
    /** Parameters that kubectl looks for where they are used, and those whose description names a kind. */
    private static final Set<String> IN_PLACE = Set.of("dryRun", "fieldValidation", "name");

    private static final String OF_ALL_KINDS = "io.k8s.apimachinery.";
    private static final long FNV_OFFSET = 0xcbf29ce484222325L;
    private static final long FNV_PRIME = 0x100000001b3L;
    /** Of a hash, as many bytes as make eight characters. */
    private static final int HASH_BYTES = 6;

    private final Schemas schemas;
    private final Map<MapValue, String> names = new HashMap<>();
    private final Map<String, MapValue> shared = new TreeMap<>();

    /** @param schemas takes the types that are referred to */
    V2(Schemas schemas) {
        this.schemas = schemas;
    }

    /** The parameters that paths refer to, by name. */
    Map<String, MapValue> parameters() {
        return shared;
    }

    MapValue pathItem(PathItem item) {
        MapValue.Builder written = MapValue.builder();
        if (!item.shared().isEmpty()) {
            written.put("parameters", ListValue.copyOf(parameters(item.shared())));
        }
        for (Operation operation : item.operations()) {
            written.put(operation.method(), operation(operation, item.own(operation)));
        }
        return written.build();
    }

    private MapValue operation(Operation operation, List<Parameter> own) {
        MapValue.Builder written = operation
                .describe()
                .put("consumes", ListValue.copyOf(operation.consumes()))
                .put("produces", ListValue.copyOf(operation.produces()))
                .put("schemes", ListValue.of("https"))
                .put("tags", ListValue.of(operation.tag()));
        List<MapValue> parameters = new ArrayList<>();
        Body body = operation.body();
        if (body != null) {
            parameters.add(body(body));
        }
        parameters.addAll(parameters(own));
        if (!parameters.isEmpty()) {
            written.put("parameters", ListValue.copyOf(parameters));
        }
        MapValue.Builder responses = MapValue.builder();
        for (Response response : operation.responses()) {
            MapValue described = MapValue.of("description", response.description());
            responses.put(
                    Integer.toString(response.code()),
                    response.schema().isEmpty() ? described : described.with("schema", schemas.ofResponse(response)));
        }
        return written.put("responses", responses.build()).build();
    }

    private MapValue body(Body body) {
        MapValue parameter = MapValue.of("name", "body", "in", "body", "schema", schemas.reference(body.schema()));
        parameter = body.required() ? parameter.with("required", true) : parameter;
        return body.schema().startsWith(OF_ALL_KINDS) ? reference("body", parameter) : parameter;
    }

    private List<MapValue> parameters(List<Parameter> parameters) {
        List<MapValue> written = new ArrayList<>(parameters.size());
        for (Parameter parameter : parameters) {
            MapValue whole = parameter
                    .describe()
                    .put("type", parameter.type())
                    .put("uniqueItems", true)
                    .build();
            written.add(IN_PLACE.contains(parameter.name()) ? whole : reference(parameter.name(), whole));
        }
        return written;
    }

    private MapValue reference(String name, MapValue parameter) {
        String known = names.computeIfAbsent(parameter, any -> name + "-" + hash(Json.encode(parameter)));
        shared.putIfAbsent(known, parameter);
        return MapValue.of("$ref", "#/parameters/" + known);
    }

    /** FNV-1, by which the real ones are named, too. */
    private static String hash(byte[] bytes) {
        long hash = FNV_OFFSET;
        for (byte b : bytes) {
            hash = hash * FNV_PRIME ^ b & 0xff;
        }
        byte[] first =
                Arrays.copyOf(ByteBuffer.allocate(Long.BYTES).putLong(hash).array(), HASH_BYTES);
        return Base64.getUrlEncoder().encodeToString(first);
    }
}
