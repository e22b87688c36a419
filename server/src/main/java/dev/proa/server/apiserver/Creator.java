package dev.proa.server.apiserver;

import dev.proa.api.status.StatusException;
import dev.proa.api.value.MapValue;

/** The verb create. */
final class Creator {
    private final Registry registry;
    private final ObjectDecoder decoder;

    Creator(Registry registry, ObjectDecoder decoder) {
        this.registry = registry;
        this.decoder = decoder;
    }

    ApiResponse create(Call call) {
        if (!call.info.name().isEmpty()
                || call.endpoint.namespaced() && call.info.namespace().isEmpty()) {
            throw StatusException.methodNotAllowed();
        }
        ObjectDecoder.checkWriteOptions(call, "CreateOptions");
        MapValue object = decoder.decode(call);
        checkNamespace(call, object);
        return call.answer(201, registry.create(call, object));
    }

    /** Checks that the namespace in an object, if any, is that of the path. */
    static void checkNamespace(Call call, MapValue object) {
        String namespace = object.map("metadata").string("namespace");
        String expected = call.endpoint.namespaced() ? call.info.namespace() : "";
        if (!namespace.isEmpty() && !namespace.equals(expected)) {
            throw StatusException.badRequest(
                    "the namespace of the provided object does not match the namespace sent on the request");
        }
    }
}
