package dev.proa.server.admission;

import dev.proa.api.status.FieldError;
import dev.proa.api.status.Resource;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.server.admission.AdmissionAttributes.Operation;
import dev.proa.server.store.Key;
import dev.proa.server.store.StoredObject;
import java.util.List;

/**
 * Lets claims have administrative access to devices only in namespaces whose label says that they may. Kubernetes does so while it validates
 * them, where this here knows nothing of namespaces; the text is its own.
 */
public final class DeviceAdminAccess implements ValidatingPlugin {
    private static final String LABEL = "resource.kubernetes.io/admin-access";

    @Override
    public String name() {
        return "DeviceAdminAccess";
    }

    @Override
    public boolean handles(Operation operation, Resource resource, String subresource) {
        if (!resource.group().equals("resource.k8s.io")) {
            return false;
        }
        boolean created = operation == Operation.CREATE && subresource.isEmpty();
        return switch (resource.name()) {
            case "resourceclaims" -> created || operation == Operation.UPDATE && subresource.equals("status");
            case "resourceclaimtemplates" -> created;
            default -> false;
        };
    }

    @Override
    public void validate(AdmissionAttributes request) {
        MapValue spec = request.object().map("spec");
        if (!request.subresource().isEmpty()) {
            results(request);
        } else if (request.resource().name().equals("resourceclaims")) {
            requests(request, "ResourceClaim", spec);
        } else {
            requests(request, "ResourceClaimTemplate", spec.map("spec"));
        }
    }

    private static void requests(AdmissionAttributes request, String kind, MapValue spec) {
        ListValue requests = spec.map("devices").list("requests");
        for (int i = 0; i < requests.size(); i++) {
            if (requests.map(i).map("exactly").bool("adminAccess")) {
                check(request, kind, "spec.devices.requests[" + i + "].adminAccess");
                return;
            }
        }
    }

    private static void results(AdmissionAttributes request) {
        if (granted(request.old()) >= 0) {
            return;
        }
        int granted = granted(request.object());
        if (granted >= 0) {
            check(request, "ResourceClaim", "status.allocation.devices.results[" + granted + "].adminAccess");
        }
    }

    /** The first result with access, or -1. */
    private static int granted(MapValue claim) {
        ListValue results = claim.map("status").map("allocation").map("devices").list("results");
        for (int i = 0; i < results.size(); i++) {
            if (results.map(i).bool("adminAccess")) {
                return i;
            }
        }
        return -1;
    }

    private static void check(AdmissionAttributes request, String kind, String field) {
        StoredObject namespace = request.snapshot().get(new Key("namespaces", "", request.namespace()));
        if (namespace == null
                || !namespace
                        .value()
                        .map("metadata")
                        .map("labels")
                        .string(LABEL)
                        .equals("true")) {
            throw StatusException.invalid(
                    new Resource(request.resource().group(), kind),
                    request.name(),
                    List.of(FieldError.forbidden(
                            field,
                            "admin access to devices requires the `" + LABEL
                                    + ": true` label on the containing namespace")));
        }
    }
}
