package dev.proa.server.apiserver;

import dev.proa.api.status.GoText;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.server.table.TableFormat;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Makes {@code meta.k8s.io Table}s of objects, for people. */
final class Tables {
    private Tables() {}

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
        TableFormat format = TableFormat.of(endpoint.group(), endpoint.version(), endpoint.plural());
        String included = call.query().get("includeObject");
        check(included);
        List<MapValue> rows = new ArrayList<>(objects.size());
        for (MapValue object : objects) {
            MapValue row = format.row(endpoint.strategy().toStorage(object), now);
            rows.add(row.with(
                    "object",
                    switch (included) {
                        case "Object" -> object;
                        case "None" -> null;
                        default -> Shaper.partial(object, output.shapeVersion());
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

    private static void check(String included) {
        switch (included) {
            case "", "None", "Metadata", "Object" -> {}
            default ->
                throw StatusException.badRequest(
                        "Unable to convert to Table as requested: includeObject: Invalid value: "
                                + GoText.quote(included) + ": must be 'Metadata', 'Object', 'None', or empty");
        }
    }
}
