package dev.proa.server.admission;

import dev.proa.api.status.FieldError;
import dev.proa.api.status.Resource;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.server.admission.AdmissionRequest.Operation;
import dev.proa.server.store.Key;
import dev.proa.server.store.StoredObject;
import java.util.List;

/**
 * Lets claims have administrative access to devices only in namespaces whose label says that they may. Kubernetes does so while it validates
 * them, where this here knows nothing of namespaces; the text is its own.
 */
public final class DeviceAdminAccess implements AdmissionPlugin {
    private static final String LABEL = "resource.kubernetes.io/admin-access";

    @Override
    public void validate(AdmissionRequest request) {
        if (!request.resource().group().equals("resource.k8s.io")) {
            return;
        }
        boolean created = request.operation() == Operation.CREATE;
        switch (request.target()) {
            case "resourceclaims.resource.k8s.io" -> {
                if (created) {
                    requests(request, "ResourceClaim", request.object().map("spec"));
                }
            }
            case "resourceclaimtemplates.resource.k8s.io" -> {
                if (created) {
                    requests(
                            request,
                            "ResourceClaimTemplate",
                            request.object().map("spec").map("spec"));
                }
            }
            case "resourceclaims.resource.k8s.io/status" -> results(request);
            default -> {}
        }
    }

    private static void requests(AdmissionRequest request, String kind, MapValue spec) {
        ListValue requests = spec.map("devices").list("requests");
        for (int i = 0; i < requests.size(); i++) {
            if (requests.map(i).map("exactly").bool("adminAccess")) {
                check(request, kind, "spec.devices.requests[" + i + "].adminAccess");
                return;
            }
        }
    }

    private static void results(AdmissionRequest request) {
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

    private static void check(AdmissionRequest request, String kind, String field) {
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
