package dev.proa.server.apiserver;

import dev.proa.api.status.StatusException;
import dev.proa.server.store.Store;
import java.time.Duration;

/**
 * Waits for the resource version of a read, as kube-apiserver does for resources with a watch cache, which are all
 * but events.
 */
final class ResourceVersionWaiter {
    /** As long as kube-apiserver waits. */
    private static final Duration PATIENCE = Duration.ofSeconds(3);

    private final Store store;

    ResourceVersionWaiter(Store store) {
        this.store = store;
    }

    /**
     * Waits for the resource version of a request that gets one object.
     *
     * @throws StatusException when it does not come in time
     */
    void await(Call call) {
        await(call, ListOptions.revision(call.query().get("resourceVersion"), false));
    }

    /**
     * Waits for the resource version of a request.
     *
     * @param revision as {@link ListOptions} has it
     * @throws StatusException when it does not come in time
     */
    void await(Call call, long revision) {
        if (revision <= store.revision()) {
            return;
        }
        boolean cached = !call.endpoint.type().plural().equals("events");
        try {
            if (cached && store.await(revision, PATIENCE)) {
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        long asked = Long.parseUnsignedLong(call.query().get("resourceVersion"));
        throw StatusException.tooLargeResourceVersion(asked, store.revision(), cached ? 1 : 0);
    }
}
