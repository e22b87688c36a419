package dev.proa.server.apiserver;

import dev.proa.api.codec.GoText;
import dev.proa.api.resource.ResourceType;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.server.catalog.Endpoint;
import dev.proa.server.table.TableFormat;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Makes {@code meta.k8s.io Table}s of objects, for people. */
final class Tables {
    /** What is written to and never read; with the reviews, all that has no table. */
    private static final Set<String> ACTIONS = Set.of("binding", "eviction", "token");

    private Tables() {}

    /** Whether objects of a resource, or of a subresource of it, can be shown as rows. */
    static boolean has(ResourceType type, String subresource) {
        return !Reviews.isReview(type) && !type.plural().equals("bindings") && !ACTIONS.contains(subresource);
    }

    /**
     * A row for each object.
     *
     * @param objects in the version of the request
     * @param metadata of the list
     * @param withoutColumns whether the client has the definitions of the columns already
     */
    static MapValue table(
            Call call, Output output, List<MapValue> objects, MapValue metadata, boolean withoutColumns, Instant now) {
        Endpoint endpoint = call.endpoint;
        TableFormat format = endpoint.table();
        check(call);
        String included = call.query().get("includeObject");
        List<MapValue> rows = new ArrayList<>(objects.size());
        for (MapValue object : objects) {
            MapValue row = format.row(endpoint.strategy().toStorage(object), now);
            rows.add(row.with(
                    "object",
                    switch (included) {
                        case "Object" -> object;
                        case "None" -> null;
                        default -> ResponseTransformer.partial(object, output.shapeVersion());
                    }));
        }
        return MapValue.of(
                "apiVersion",
                "meta.k8s.io/" + output.shapeVersion(),
                "columnDefinitions",
                withoutColumns ? null : format.columns(),
                "kind",
                "Table",
                "metadata",
                metadata,
                "rows",
                ListValue.copyOf(rows));
    }

    /** Refuses a request for a table that cannot be made. */
    static void check(Call call) {
        String included = call.query().get("includeObject");
        switch (included) {
            case "", "None", "Metadata", "Object" -> {}
            default ->
                throw StatusException.badRequest(
                        "Unable to convert to Table as requested: includeObject: Invalid value: "
                                + GoText.quote(included) + ": must be 'Metadata', 'Object', 'None', or empty");
        }
    }
}
