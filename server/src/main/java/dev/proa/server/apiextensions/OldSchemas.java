package dev.proa.server.apiextensions;

import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Takes out of a schema what OpenAPI v2, or kubectl's reading of it, cannot express. */
final class OldSchemas {
    private OldSchemas() {}

    /** One node; what is below is left to the caller. */
    static MapValue converted(MapValue schema) {
        boolean preserving = schema.bool("x-kubernetes-preserve-unknown-fields");
        boolean nullable = schema.bool("nullable");
        MapValue old = schema.without("allOf")
                .without("anyOf")
                .without("oneOf")
                .without("not")
                .without("nullable")
                .without("default");
        if (nullable || preserving) {
            old = old.without("items").without("properties");
        }
        String type = schema.string("type");
        if (nullable
                || preserving && type.equals("object")
                || type.equals("array") && !(old.get("items") instanceof MapValue)) {
            old = old.without("type");
        }
        return required(old);
    }

    /** What may be null cannot be required. */
    private static MapValue required(MapValue schema) {
        if (schema.map("additionalProperties").bool("nullable")) {
            return schema.without("required");
        }
        List<@Nullable Object> required = new ArrayList<>();
        for (Object name : schema.list("required")) {
            if (!(name instanceof String text)
                    || !schema.map("properties").map(text).bool("nullable")) {
                required.add(name);
            }
        }
        return required.isEmpty() ? schema.without("required") : schema.with("required", ListValue.copyOf(required));
    }
}
