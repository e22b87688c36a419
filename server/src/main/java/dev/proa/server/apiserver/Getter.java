package dev.proa.server.apiserver;

import dev.proa.server.store.StoredObject;

/** The verb get: one object, at least as new as a requested resource version. */
final class Getter {
    private final Registry registry;
    private final ResourceVersionWaiter waiter;

    Getter(Registry registry, ResourceVersionWaiter waiter) {
        this.registry = registry;
        this.waiter = waiter;
    }

    ApiResponse get(Call call) {
        return call.answer(200, object(call));
    }

    /** The object of a request. */
    StoredObject object(Call call) {
        waiter.await(call);
        return registry.get(call, call.key());
    }
}
