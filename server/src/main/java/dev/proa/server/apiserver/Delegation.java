package dev.proa.server.apiserver;

import dev.proa.api.status.StatusException;
import dev.proa.server.aggregator.ApiServices;
import dev.proa.server.aggregator.RemoteApi;
import dev.proa.server.store.Store;
import dev.proa.server.webhook.ServiceResolver;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Finds the extension API server that a request is passed on to. */
final class Delegation {
    private final Store store;
    private final ServiceResolver resolver;

    Delegation(Store store, RandomGenerator random) {
        this.store = store;
        this.resolver = new ServiceResolver(random);
    }

    /** The answer to a request that is not this server's; null when it is. */
    @Nullable
    ApiResponse answer(ApiRequest request, ApiServices services) {
        if (!services.hasRemotes()) {
            return null;
        }
        String path = request.info().path();
        RemoteApi api = services.at(path);
        if (api == null) {
            api = services.ofOpenApi(path);
        }
        if (api == null) {
            return null;
        }
        if (!api.available()) {
            return unavailable();
        }
        try {
            ServiceResolver.Address address =
                    resolver.resolve(store.snapshot(), api.namespace(), api.service(), api.port());
            return ApiResponse.ok(new ApiResponse.Delegate(api, address, request.user()));
        } catch (StatusException e) {
            return unavailable(); // not found would be taken for an answer to the request
        }
    }

    private static ApiResponse unavailable() {
        return NonResourceHandler.text(503, "service unavailable\n");
    }
}
