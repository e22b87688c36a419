package dev.proa.control.shared;

import dev.proa.api.status.StatusException;
import dev.proa.api.view.KubeObject;
import dev.proa.client.ObjectKey;
import dev.proa.client.ResourceClient;
import java.util.function.UnaryOperator;

/**
 * Writes statuses that were computed from an object of the cache. When the object has changed meanwhile, the status goes once more into what it is now:
 * counts of pods hold whatever a user has changed. Thread-safe.
 *
 * @param <T> the view of the objects
 */
public final class StatusWriter<T extends KubeObject> {
    private final ResourceClient<T> client;
    private final Freshness freshness;

    /** @param freshness is told of what was written */
    public StatusWriter(ResourceClient<T> client, Freshness freshness) {
        this.client = client;
        this.freshness = freshness;
    }

    /**
     * Writes the status of {@code object}; nothing when another object has its name by now.
     *
     * @param withStatus gives an object the status
     * @throws StatusException when the server refuses, also because the object has changed once more (409) or is gone (404)
     */
    public void write(T object, UnaryOperator<T> withStatus) {
        try {
            freshness.wrote(client.updateStatus(withStatus.apply(object)));
        } catch (StatusException e) {
            if (e.code() != 409) {
                throw e;
            }
            T fresh = client.get(ObjectKey.of(object.value()));
            if (fresh.uid().equals(object.uid())) {
                freshness.wrote(client.updateStatus(withStatus.apply(fresh)));
            }
        }
    }
}
