package dev.proa.server.apiserver;

import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Makes {@code meta.k8s.io Table}s of objects, for people. */
final class Tables {
    private Tables() {}

    /**
     * @param metadata of the list; empty for a single object
     * @param withoutColumns whether the client has the definitions of the columns already
     */
    static MapValue table(
            Call call, Output output, List<MapValue> objects, MapValue metadata, boolean withoutColumns, Instant now) {
        List<MapValue> rows = new ArrayList<>(objects.size());
        for (MapValue object : objects) {
            MapValue meta = object.map("metadata");
            rows.add(MapValue.of(
                    "cells", ListValue.of(meta.string("name"), meta.string("creationTimestamp")),
                    "object", included(call, object)));
        }
        MapValue.Builder table = MapValue.builder()
                .put("apiVersion", "meta.k8s.io/" + output.shapeVersion())
                .put("kind", "Table")
                .put("metadata", metadata)
                .put("rows", ListValue.copyOf(rows));
        table.put(
                "columnDefinitions",
                withoutColumns ? ListValue.EMPTY : ListValue.of(column("Name", "name"), column("Created At", "")));
        return table.build();
    }

    private static MapValue column(String name, String format) {
        return MapValue.of("name", name, "type", "string", "format", format, "description", "", "priority", 0L);
    }

    private static Object included(Call call, MapValue object) {
        return switch (call.query().get("includeObject")) {
            case "Object" -> object;
            case "None" -> MapValue.EMPTY;
            default ->
                MapValue.of(
                        "apiVersion", "meta.k8s.io/v1",
                        "kind", "PartialObjectMetadata",
                        "metadata", object.map("metadata"));
        };
    }
}
