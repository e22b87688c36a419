package dev.proa.server.admission;

import dev.proa.api.status.Resource;
import dev.proa.server.admission.AdmissionAttributes.Operation;

/**
 * A stage of the {@link AdmissionChain}: a {@link MutatingPlugin}, a {@link ValidatingPlugin}, or both.
 *
 * <p>Plugins are safe for any thread. They are called without any lock of the store, so that one may wait, for example for a webhook. An
 * exception other than a {@link dev.proa.api.status.StatusException} fails the request with 500: nothing is written that a plugin
 * could not look at.
 */
public interface AdmissionPlugin {

    /** The name by which Kubernetes enables and disables it, as {@code NamespaceLifecycle}. */
    String name();

    /**
     * Whether the plugin wants to see such requests. Must be quick: it is asked for every write.
     *
     * @param subresource empty for the resource itself
     */
    boolean handles(Operation operation, Resource resource, String subresource);
}
