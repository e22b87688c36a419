package dev.proa.server.openapi;

import dev.proa.api.value.MapValue;

/**
 * A kind whose type is told by schemas of OpenAPI instead of by the catalog of types. What they refer to besides each other  is in the catalog.
 *
 * @param name of the schema, as {@code com.example.v1.Widget}
 * @param schema of objects
 * @param listName of the schema of lists
 */
public record PublishedKind(String name, MapValue schema, String listName, MapValue listSchema) {

    /** Makes the schemas of a kind. It is asked for each document that shows them, so that nobody need keep them. */
    public interface Source {
        /** In the form of OpenAPI 3.0. */
        PublishedKind v3();

        /** In the form of OpenAPI 2.0. */
        PublishedKind v2();
    }
}
