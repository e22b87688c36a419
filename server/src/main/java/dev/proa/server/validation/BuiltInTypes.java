package dev.proa.server.validation;

import dev.proa.api.schema.SchemaCatalog;
import dev.proa.api.schema.Struct;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The types that are built into Kubernetes: those that every catalog of what is served begins with, and by which the rules of built-in
 * resources compare values. All else in the server takes the types from the catalog of its request.
 */
public final class BuiltInTypes {
    private BuiltInTypes() {}

    /** All of them. */
    public static SchemaCatalog catalog() {
        return SchemaCatalog.builtin();
    }

    /** The type of a full name, which must be there. */
    public static Struct struct(String name) {
        return Objects.requireNonNull(catalog().struct(name), name);
    }

    /** The type of a kind; null when it is not built in. {@code apiVersion} as in objects. */
    public static @Nullable Struct kind(String apiVersion, String kind) {
        return catalog().kind(apiVersion, kind);
    }
}
