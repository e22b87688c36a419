package dev.proa.testing;

import dev.proa.api.patch.JsonMergePatch;
import dev.proa.api.patch.JsonPatch;
import dev.proa.api.patch.PatchException;
import dev.proa.api.patch.StrategicMergePatch;
import dev.proa.api.schema.SchemaCatalog;
import dev.proa.api.schema.Struct;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.MapValue;
import dev.proa.client.Transport.Request;
import org.jspecify.annotations.Nullable;

/**
 * Applies all three kinds of patch. For a kind that is not built in, a strategic merge patch is applied as a JSON merge
 * patch.
 */
final class FakePatch {
    private FakePatch() {}

    static MapValue apply(MapValue object, Request request) {
        try {
            return patched(object, request.contentType(), request.body());
        } catch (PatchException e) {
            throw e.toStatus();
        }
    }

    private static MapValue patched(MapValue object, @Nullable String contentType, @Nullable Object body) {
        if ("application/json-patch+json".equals(contentType)) {
            if (JsonPatch.of(body).apply(object) instanceof MapValue map) {
                return map;
            }
            throw StatusException.badRequest("the patch leaves no object");
        }
        Struct struct = SchemaCatalog.builtin().kind(object.string("apiVersion"), object.string("kind"));
        boolean strategic = "application/strategic-merge-patch+json".equals(contentType);
        return strategic && struct != null
                ? StrategicMergePatch.apply(object, body, struct)
                : JsonMergePatch.apply(object, body);
    }
}
