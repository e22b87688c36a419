package dev.proa.server.admission;

import dev.proa.api.status.Resource;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.MapValue;
import dev.proa.server.auth.UserInfo;
import dev.proa.server.store.Snapshot;
import java.util.List;

/**
 * A write that is to be admitted or refused.
 *
 * @param subresource empty for the resource itself
 * @param namespace empty for cluster-scoped resources
 * @param name empty when it is still to be generated
 * @param object what is to be written, in the shape of storage; empty on a deletion
 * @param old what is there; empty on a creation
 * @param snapshot the rest of the cluster
 * @param warnings takes what the writer is to be warned of
 */
public record AdmissionRequest(
        UserInfo user,
        Operation operation,
        Resource resource,
        String subresource,
        String namespace,
        String name,
        MapValue object,
        MapValue old,
        Snapshot snapshot,
        List<String> warnings) {

    /** What the write does. */
    public enum Operation {
        CREATE,
        UPDATE,
        DELETE
    }

    /** Group and plural as in {@code pods} or {@code leases.coordination.k8s.io}, and with a slash the subresource. */
    public String target() {
        return subresource.isEmpty() ? resource.toString() : resource + "/" + subresource;
    }

    /** The refusal of this write. */
    public StatusException forbidden(String why) {
        return StatusException.forbidden(resource, called(), why);
    }

    private String called() {
        if (!name.isEmpty()) {
            return name;
        }
        String prefix = object.map("metadata").string("generateName");
        return prefix.isEmpty() ? "Unknown" : prefix;
    }
}
