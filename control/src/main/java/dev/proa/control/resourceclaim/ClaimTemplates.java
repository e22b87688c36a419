package dev.proa.control.resourceclaim;

import dev.proa.api.core.v1.Pod;
import dev.proa.api.resource.v1.ResourceClaim;
import dev.proa.api.resource.v1.ResourceClaimTemplate;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.control.shared.Owners;

/** Makes the ResourceClaims of pods from templates. */
final class ClaimTemplates {
    /** Leaves room in a name of 63 characters for five random ones. */
    private static final int LONGEST_BASE = 57;

    private ClaimTemplates() {}

    /**
     * The claim for a pod.
     *
     * @param name of the claim in the pod
     */
    static ResourceClaim make(ResourceClaimTemplate template, Pod pod, String name) {
        MapValue from = template.spec().metadata().value();
        MapValue.Builder metadata = MapValue.builder(6)
                .put("generateName", base(pod.name(), name))
                .put("namespace", pod.namespace())
                .put("annotations", from.map("annotations").with(ResourceClaims.POD_CLAIM_NAME, name))
                .put(
                        "ownerReferences",
                        ListValue.of(Owners.controllerReference(Pod.KIND, pod)
                                .value()
                                .without("blockOwnerDeletion")));
        metadata.putIfPresent("labels", from.get("labels"));
        return new ResourceClaim(MapValue.of(
                "apiVersion",
                ResourceClaim.KIND.apiVersion(),
                "kind",
                ResourceClaim.KIND.kind(),
                "metadata",
                metadata.build(),
                "spec",
                template.spec().spec().value()));
    }

    /** What the generated name begins with; both names are cut in proportion when they are too long together. */
    static String base(String pod, String claim) {
        String whole = pod + "-" + claim + "-";
        if (whole.length() <= LONGEST_BASE) {
            return whole;
        }
        String cut = pod.substring(0, pod.length() * LONGEST_BASE / whole.length()) + "-";
        return cut + claim.substring(0, claim.length() * LONGEST_BASE / whole.length());
    }
}
