package dev.proa.server.apiserver;

import dev.proa.api.status.StatusException;
import dev.proa.api.value.MapValue;

/** The verb update: replaces an object, or the part of it that a subresource stands for. */
final class Updater {
    private final Registry registry;
    private final ObjectDecoder decoder;
    private final Rights rights;

    Updater(Registry registry, ObjectDecoder decoder, Rights rights) {
        this.registry = registry;
        this.decoder = decoder;
        this.rights = rights;
    }

    ApiResponse update(Call call) {
        if (call.info.name().isEmpty()) {
            throw StatusException.methodNotAllowed();
        }
        ObjectDecoder.checkWriteOptions(call, "UpdateOptions");
        MapValue object = decoder.decode(call);
        checkName(call, object);
        Creator.checkNamespace(call, object);
        boolean creates = call.info.subresource().isEmpty()
                && call.endpoint.strategy().allowCreateOnUpdate()
                && object.map("metadata").string("uid").isEmpty()
                && object.map("metadata").string("resourceVersion").isEmpty();
        if (creates && registry.find(call.key()) == null) {
            rights.requireCreate(call);
            return call.answer(201, registry.create(call, object));
        }
        MapValue replacement = Registry.inStorage(call, object);
        return call.answer(200, registry.update(call, call.key(), call.info.subresource(), current -> replacement));
    }

    static void checkName(Call call, MapValue object) {
        String name = object.map("metadata").string("name");
        String expected = call.info.name();
        if (name.isEmpty()) {
            throw StatusException.badRequest(
                    "the name of the object (" + expected + " based on URL) was undeterminable: name must be provided");
        }
        if (!name.equals(expected)) {
            throw StatusException.badRequest(
                    "the name of the object (" + name + ") does not match the name on the URL (" + expected + ")");
        }
    }
}
