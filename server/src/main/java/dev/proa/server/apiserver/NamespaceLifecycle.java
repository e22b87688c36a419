package dev.proa.server.apiserver;

import dev.proa.api.status.Resource;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.server.store.Key;
import dev.proa.server.store.Store;
import dev.proa.server.store.StoredObject;
import java.util.Set;

/** What Kubernetes' admission plugin NamespaceLifecycle sees to: nothing is created in namespaces that are not there or are ending. */
final class NamespaceLifecycle {
    static final Resource RESOURCE = new Resource("", "namespaces");
    private static final Set<String> IMMORTAL = Set.of("default", "kube-system", "kube-public");

    private final Store store;

    NamespaceLifecycle(Store store) {
        this.store = store;
    }

    void checkCreation(Call call, String name) {
        if (!call.endpoint.namespaced()) {
            return;
        }
        String namespace = call.info.namespace();
        StoredObject object = store.snapshot().get(new Key("namespaces", "", namespace));
        if (object == null) {
            throw StatusException.notFound(RESOURCE, namespace);
        }
        if (object.value().map("metadata").has("deletionTimestamp")) {
            throw terminating(call.endpoint.resource(), name, namespace);
        }
    }

    private static StatusException terminating(Resource resource, String name, String namespace) {
        StatusException forbidden = StatusException.forbidden(
                resource,
                name,
                "unable to create new content in namespace " + namespace + " because it is being terminated");
        MapValue cause = MapValue.of(
                "reason", "NamespaceTerminating",
                "message", "namespace " + namespace + " is being terminated",
                "field", "metadata.namespace");
        return StatusException.from(
                forbidden.status().withMap("details", details -> details.with("causes", ListValue.of(cause))));
    }

    static void checkDeletion(Key key) {
        if (key.resource().equals("namespaces") && IMMORTAL.contains(key.name())) {
            throw StatusException.forbidden(RESOURCE, key.name(), "this namespace may not be deleted");
        }
    }
}
