package dev.proa.server.admission;

import dev.proa.api.status.Resource;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.server.admission.AdmissionAttributes.Operation;
import dev.proa.server.store.Key;
import dev.proa.server.store.StoredObject;
import java.util.Set;

/**
 * Refuses to create anything in namespaces that do not exist or are being terminated, and to delete the namespaces that every cluster
 * needs. Kubernetes' admission plugin of this name.
 */
public final class NamespaceLifecycle implements MutatingPlugin {
    private static final Resource NAMESPACES = new Resource("", "namespaces");
    private static final Set<String> IMMORTAL = Set.of("default", "kube-system", "kube-public");

    @Override
    public String name() {
        return "NamespaceLifecycle";
    }

    @Override
    public boolean handles(Operation operation, Resource resource, String subresource) {
        return switch (operation) {
            case CREATE -> true;
            case DELETE -> resource.equals(NAMESPACES);
            case UPDATE, CONNECT -> false;
        };
    }

    @Override
    public MapValue admit(AdmissionAttributes attributes) {
        if (attributes.operation() == Operation.DELETE) {
            if (IMMORTAL.contains(attributes.name())) {
                throw attributes.forbidden("this namespace may not be deleted");
            }
        } else if (!attributes.namespace().isEmpty()
                && attributes.type().namespaced()
                && !isAccessReview(attributes.resource())) {
            checkNamespace(attributes);
        }
        return attributes.object();
    }

    /** Whether it is a question, which may be about any namespace. */
    private static boolean isAccessReview(Resource resource) {
        return resource.group().equals("authorization.k8s.io")
                && resource.name().equals("localsubjectaccessreviews");
    }

    private static void checkNamespace(AdmissionAttributes attributes) {
        String name = attributes.namespace();
        StoredObject namespace = attributes.snapshot().get(new Key("namespaces", "", name));
        if (namespace == null) {
            throw StatusException.notFound(NAMESPACES, name);
        }
        if (!namespace.value().map("metadata").has("deletionTimestamp")) {
            return;
        }
        StatusException forbidden = attributes.forbidden(
                "unable to create new content in namespace " + name + " because it is being terminated");
        MapValue cause = MapValue.of(
                "reason", "NamespaceTerminating",
                "message", "namespace " + name + " is being terminated",
                "field", "metadata.namespace");
        throw StatusException.from(
                forbidden.status().withMap("details", details -> details.with("causes", ListValue.of(cause))));
    }
}
