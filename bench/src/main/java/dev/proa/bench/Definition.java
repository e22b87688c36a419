package dev.proa.bench;

import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;

/** A definition of a custom resource {@code things} in a group of its own. */
final class Definition {
    private static final String DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";

    private Definition() {}

    /** Creates one with so many fields, and waits until its resource is served. */
    static void create(Subject subject, String name, int fields) {
        subject.create(DEFINITIONS, of(name, fields));
        String path = "/apis/" + name + ".bench.example.com/v1/things";
        while (!subject.has(path)) {
            Thread.onSpinWait();
        }
    }

    static void delete(Subject subject, String name) {
        subject.delete(DEFINITIONS + "/things." + name + ".bench.example.com");
    }

    static MapValue of(String name, int fields) {
        String group = name + ".bench.example.com";
        MapValue.Builder properties = MapValue.builder();
        properties.put("number", MapValue.of("type", "integer", "description", "A number that tells objects apart."));
        for (int i = 0; i < fields; i++) {
            MapValue field = switch (i % 4) {
                case 0 -> MapValue.of("type", "string", "maxLength", 100L, "default", "value" + i);
                case 1 -> MapValue.of("type", "integer", "minimum", 0L);
                case 2 -> MapValue.of("type", "array", "items", MapValue.of("type", "string"));
                default ->
                    MapValue.of("type", "object", "properties", MapValue.of("enabled", MapValue.of("type", "boolean")));
            };
            properties.put("field" + i, field.with("description", "What the field of number " + i + " is for."));
        }
        MapValue spec = MapValue.of("type", "object", "properties", properties.build());
        MapValue version = MapValue.of(
                "name",
                "v1",
                "served",
                true,
                "storage",
                true,
                "subresources",
                MapValue.of("status", MapValue.EMPTY),
                "additionalPrinterColumns",
                ListValue.of(MapValue.of("name", "Number", "type", "integer", "jsonPath", ".spec.number")),
                "schema",
                MapValue.of(
                        "openAPIV3Schema",
                        MapValue.of(
                                "type",
                                "object",
                                "properties",
                                MapValue.of(
                                        "spec",
                                        spec,
                                        "status",
                                        MapValue.of("type", "object", "x-kubernetes-preserve-unknown-fields", true)))));
        return MapValue.of(
                "apiVersion",
                "apiextensions.k8s.io/v1",
                "kind",
                "CustomResourceDefinition",
                "metadata",
                MapValue.of("name", "things." + group),
                "spec",
                MapValue.of(
                        "group",
                        group,
                        "scope",
                        "Namespaced",
                        "names",
                        MapValue.of("plural", "things", "singular", "thing", "kind", "Thing"),
                        "versions",
                        ListValue.of(version)));
    }

    static MapValue object(String name, String object) {
        return MapValue.of(
                "apiVersion",
                name + ".bench.example.com/v1",
                "kind",
                "Thing",
                "metadata",
                MapValue.of("name", object),
                "spec",
                MapValue.of(
                        "number",
                        1L,
                        "field0",
                        "text",
                        "field1",
                        7L,
                        "field2",
                        ListValue.of("a", "b"),
                        "field3",
                        MapValue.of("enabled", true)));
    }
}
