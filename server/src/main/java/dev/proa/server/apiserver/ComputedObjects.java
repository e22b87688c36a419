package dev.proa.server.apiserver;

import dev.proa.api.status.StatusException;
import dev.proa.api.value.MapValue;
import dev.proa.server.catalog.ObjectSource;
import dev.proa.server.store.StoredObject;
import java.util.ArrayList;
import java.util.List;

/** Answers requests for objects that an {@link ObjectSource} computes. They have no resource version and no pages. */
final class ComputedObjects {
    private ComputedObjects() {}

    static ApiResponse answer(Call call, ObjectSource source) {
        return switch (call.info.verb()) {
            case "get" -> call.answer(200, object(call, source.get(call.info.namespace(), call.info.name())));
            case "list" -> list(call, source);
            default -> throw StatusException.methodNotAllowed();
        };
    }

    private static ApiResponse list(Call call, ObjectSource source) {
        Selection selection = Selection.of(call);
        List<StoredObject> items = new ArrayList<>();
        for (MapValue value : source.list(call.info.namespace().isEmpty() ? null : call.info.namespace())) {
            if (selection.matches(value)) {
                items.add(object(call, value));
            }
        }
        return new ApiResponse(
                200,
                new ApiResponse.Many(
                        call.endpoint.apiVersion(), call.endpoint.type().listKind(), MapValue.EMPTY, items),
                call.warnings());
    }

    private static StoredObject object(Call call, MapValue value) {
        MapValue metadata = value.map("metadata");
        return new StoredObject(call.endpoint.key(metadata.string("namespace"), metadata.string("name")), value, 0, 0);
    }
}
