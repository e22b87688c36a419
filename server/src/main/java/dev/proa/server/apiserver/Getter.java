package dev.proa.server.apiserver;

import dev.proa.server.store.StoredObject;

/** The verb get: one object as it is, or as it is once a resource version has come. */
final class Getter {
    private final Registry registry;
    private final Freshness freshness;

    Getter(Registry registry, Freshness freshness) {
        this.registry = registry;
        this.freshness = freshness;
    }

    ApiResponse get(Call call) {
        return call.answer(200, object(call));
    }

    /** The object of a request. */
    StoredObject object(Call call) {
        freshness.await(call);
        return registry.get(call, call.key());
    }
}
