package dev.proa.server.fieldmanager;

import dev.proa.api.fieldpath.FieldSet;
import dev.proa.api.value.MapValue;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * The fields that a write by a resource or a subresource cannot change, because the server resets them: nobody comes to manage
 * them by such a write. From Kubernetes' registries.
 */
public final class ResetFields {
    private static final FieldSet SPEC = set("spec");
    private static final FieldSet STATUS = set("status");
    private static final FieldSet SPEC_AND_METADATA = set("spec").union(set("metadata"));

    /** Resources whose status is written without any change of the metadata. */
    private static final Set<String> ONLY_STATUS = Set.of(
            "apiservices.apiregistration.k8s.io",
            "devicetaintrules.resource.k8s.io",
            "flowschemas.flowcontrol.apiserver.k8s.io",
            "podgroups.scheduling.k8s.io",
            "prioritylevelconfigurations.flowcontrol.apiserver.k8s.io",
            "resourceclaims.resource.k8s.io",
            "resourcepoolstatusrequests.resource.k8s.io",
            "servicecidrs.networking.k8s.io",
            "storageversionmigrations.storagemigration.k8s.io",
            "storageversions.internal.apiserver.k8s.io",
            "validatingadmissionpolicies.admissionregistration.k8s.io",
            "volumeattachments.storage.k8s.io");

    private static final String REQUESTS = "certificatesigningrequests.certificates.k8s.io";

    /** By resource and subresource, where it is not as with most resources. */
    private static final Map<String, UnaryOperator<FieldSet>> OTHERS = Map.of(
            "deployments.apps/status",
            without(SPEC.union(set("metadata", "labels"))),
            "pods/status",
            without(SPEC.union(set("metadata", "deletionTimestamp")).union(set("metadata", "ownerReferences"))),
            REQUESTS + "/",
            without(SPEC.union(STATUS)),
            REQUESTS + "/status",
            without(SPEC.union(set("status", "conditions"))),
            REQUESTS + "/approval",
            without(SPEC.union(set("status", "certificate"))));

    private ResetFields() {}

    /**
     * What is left of the fields that a write changes.
     *
     * @param resource with its group, as {@code deployments.apps}
     * @param subresource empty for the resource itself
     * @param hasStatus whether the resource has the subresource status
     * @param custom whether the resource is not built in
     */
    public static UnaryOperator<FieldSet> of(String resource, String subresource, boolean hasStatus, boolean custom) {
        UnaryOperator<FieldSet> other = OTHERS.get(resource + "/" + subresource);
        if (other != null) {
            return other;
        }
        return switch (subresource) {
            case "status" -> custom || ONLY_STATUS.contains(resource) ? without(SPEC_AND_METADATA) : without(SPEC);
            case "", "finalize" -> hasStatus ? without(STATUS) : UnaryOperator.identity();
            default -> UnaryOperator.identity();
        };
    }

    private static UnaryOperator<FieldSet> without(FieldSet reset) {
        return set -> set.recursiveDifference(reset);
    }

    private static FieldSet set(String... path) {
        MapValue tree = MapValue.EMPTY;
        for (int i = path.length - 1; i >= 0; i--) {
            tree = MapValue.of("f:" + path[i], tree);
        }
        return FieldSet.of(tree);
    }
}
