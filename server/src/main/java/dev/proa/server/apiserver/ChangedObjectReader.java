package dev.proa.server.apiserver;

import dev.proa.api.codec.DecodeException;
import dev.proa.api.resource.ResourceType;
import dev.proa.api.schema.GoShape;
import dev.proa.api.schema.Struct;
import dev.proa.api.value.MapValue;
import dev.proa.server.admission.GroupVersionKind;
import dev.proa.server.admission.matching.ChangedObjects;
import dev.proa.server.admission.matching.Matched;
import dev.proa.server.catalog.ApiCatalog;
import dev.proa.server.catalog.Endpoint;
import java.util.ArrayList;
import java.util.List;

/** Reads objects that admission changed as those in the bodies of requests; what is unknown in them is dropped without a word. */
final class ChangedObjectReader implements ChangedObjects {
    private final SchemaCheck fields = new SchemaCheck();

    @Override
    public MapValue read(ApiCatalog catalog, Matched target, MapValue changed) {
        GroupVersionKind kind = target.kind();
        if (!GroupVersionKind.of(changed).equals(kind)) {
            throw new DecodeException(
                    "the object became one of " + GroupVersionKind.of(changed) + ", it was one of " + kind);
        }
        List<String> unknown = new ArrayList<>(0);
        MapValue coerced = null;
        if (kind.equals(GroupVersionKind.of(target.resource(), ""))) {
            ResourceType type = target.resource();
            Endpoint endpoint = catalog.endpoint(type.group(), type.version(), type.plural());
            coerced = endpoint == null ? null : endpoint.strategy().coerced(changed, unknown);
        }
        if (coerced != null) {
            return coerced;
        }
        MapValue checked = fields.check(catalog.schemas(), kind.apiVersion(), kind.kind(), changed, unknown);
        Struct struct = catalog.schemas().kind(kind.apiVersion(), kind.kind());
        return struct == null ? checked : GoShape.of(checked, struct);
    }
}
