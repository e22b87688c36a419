package dev.proa.client.fake;

import dev.proa.api.status.StatusException;
import dev.proa.api.value.MapValue;
import dev.proa.client.Transport.Request;

/** Merge patches (RFC 7386). */
final class FakePatch {
    private FakePatch() {}

    static MapValue apply(MapValue object, Request request) {
        if (request.body() instanceof MapValue patch) {
            return merge(object, patch);
        }
        throw StatusException.badRequest("the fake knows merge patches only");
    }

    private static MapValue merge(MapValue target, MapValue patch) {
        MapValue merged = target;
        for (int i = 0; i < patch.size(); i++) {
            String name = patch.nameAt(i);
            Object value = patch.valueAt(i);
            if (value == null) {
                merged = merged.without(name);
            } else if (value instanceof MapValue inner) {
                merged = merged.with(name, merge(merged.map(name), inner));
            } else {
                merged = merged.with(name, value);
            }
        }
        return merged;
    }
}
