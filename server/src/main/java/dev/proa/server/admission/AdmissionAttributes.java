package dev.proa.server.admission;

import dev.proa.api.resource.ResourceType;
import dev.proa.api.status.Resource;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.MapValue;
import dev.proa.server.auth.UserInfo;
import dev.proa.server.store.Snapshot;
import java.util.Set;
import java.util.function.Supplier;

/**
 * What admission plugins know of a request, as Kubernetes' {@code admission.Attributes}.
 *
 * @param user who makes it
 * @param type the resource in the version of the request
 * @param resource the resource in the text of an error
 * @param subresource empty for the resource itself
 * @param namespace empty for cluster-scoped resources
 * @param name empty when it is still to be generated
 * @param object what is to be written; of a subresource with a kind of its own, such as {@code scale} or {@code exec}, the object of
 *     that kind; empty on a deletion
 * @param old what {@code object} takes the place of, or what is deleted; empty on a creation
 * @param dryRun whether nothing is stored in the end: a plugin must have no side effects then
 * @param options gives the options of the request, an object of kind {@code CreateOptions}, {@code UpdateOptions}, {@code PatchOptions} or
 *     {@code DeleteOptions}; empty on a connection
 * @param snapshot all other objects
 * @param warnings takes warnings for the client
 * @param scope what is served, and what the plugins share while they admit the request
 */
public record AdmissionAttributes(
        UserInfo user,
        Operation operation,
        ResourceType type,
        Resource resource,
        String subresource,
        String namespace,
        String name,
        MapValue object,
        MapValue old,
        boolean dryRun,
        Supplier<MapValue> options,
        Snapshot snapshot,
        Set<String> warnings,
        AdmissionScope scope) {

    /** What a request does. */
    public enum Operation {
        CREATE,
        UPDATE,
        DELETE,
        /** Opens a connection by {@code exec}, {@code attach}, {@code portforward} or {@code proxy}. */
        CONNECT
    }

    /** The same request with another object; this one when the object is the same. */
    public AdmissionAttributes withObject(MapValue changed) {
        return changed == object
                ? this
                : new AdmissionAttributes(
                        user,
                        operation,
                        type,
                        resource,
                        subresource,
                        namespace,
                        name,
                        changed,
                        old,
                        dryRun,
                        options,
                        snapshot,
                        warnings,
                        scope);
    }

    /** The kind of {@link #object}, as the request names it. */
    public GroupVersionKind kind() {
        return GroupVersionKind.of(type, subresource);
    }

    /** The namespace that the request is about: for a namespace, itself. */
    public String effectiveNamespace() {
        return isNamespace() ? name : namespace;
    }

    /** Whether it is about a namespace, or a subresource of one. */
    public boolean isNamespace() {
        return resource.group().isEmpty() && resource.name().equals("namespaces");
    }

    /** The refusal of this request (403 Forbidden). */
    public StatusException forbidden(String why) {
        return StatusException.forbidden(resource, nameInErrors(), why);
    }

    /** The name in the text of an error, even if it is still to be generated. */
    private String nameInErrors() {
        if (!name.isEmpty()) {
            return name;
        }
        String prefix = object.map("metadata").string("generateName");
        return prefix.isEmpty() ? "Unknown" : prefix;
    }
}
