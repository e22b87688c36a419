package dev.proa.server.admission;

import dev.proa.api.codec.GoText;
import dev.proa.api.status.Resource;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.server.admission.AdmissionAttributes.Operation;
import dev.proa.server.auth.AuthorizationAttributes;
import dev.proa.server.auth.Authorizer;
import dev.proa.server.auth.NodeIdentity;
import dev.proa.server.authorization.PodReferences;
import dev.proa.server.store.Key;
import dev.proa.server.store.StoredObject;

/**
 * Keeps nodes to their own objects: a node writes its own Node, Lease and CSINode, the status of pods bound to it, and mirror pods, and
 * gets tokens for its pods. Kubernetes' admission plugin of this name; the texts are its own.
 */
public final class NodeRestriction implements MutatingPlugin {
    private final Authorizer authorizer;

    /** @param authorizer says whether a node may have tokens for audiences that its pods do not name */
    public NodeRestriction(Authorizer authorizer) {
        this.authorizer = authorizer;
    }

    @Override
    public String name() {
        return "NodeRestriction";
    }

    @Override
    public boolean handles(Operation operation, Resource resource, String subresource) {
        return operation != Operation.CONNECT;
    }

    @Override
    public MapValue admit(AdmissionAttributes request) {
        String node = NodeIdentity.nodeOf(request.user());
        if (node != null) {
            check(node, request);
        }
        return request.object();
    }

    private void check(String node, AdmissionAttributes request) {
        if (node.isEmpty()) {
            throw request.forbidden("could not determine node from user "
                    + GoText.quote(request.user().name()));
        }
        Checks checks = new Checks(node, request, authorizer);
        switch (request.resource().toString()) {
            case "pods" -> checks.pod();
            case "nodes" -> new OwnNode(node, request).check();
            case "persistentvolumeclaims" -> checks.claim();
            case "serviceaccounts" -> checks.token();
            case "leases.coordination.k8s.io" -> checks.lease();
            case "csinodes.storage.k8s.io" ->
                checks.ownName("can only access CSINode with the same name as the requesting node");
            case "resourceslices.resource.k8s.io" -> checks.resourceSlice();
            case "certificatesigningrequests.certificates.k8s.io" -> new NodeSigningRequest(node, request).check();
            case "podcertificaterequests.certificates.k8s.io" ->
                throw request.forbidden("PodCertificateRequest feature gate is disabled");
            default -> {
                // anybody's, and the authorizer has said what nodes may do with it
            }
        }
    }

    /** The checks of one request of a node. */
    private record Checks(String node, AdmissionAttributes request, Authorizer authorizer) {

        private String quoted() {
            return GoText.quote(node);
        }

        private void require(boolean fine, String why) {
            if (!fine) {
                throw request.forbidden(why);
            }
        }

        void pod() {
            switch (request.subresource()) {
                case "" -> {
                    switch (request.operation()) {
                        case CREATE -> new MirrorPod(node, request).check();
                        case DELETE ->
                            require(
                                    request.old().isEmpty() || isHere(request.old()),
                                    "node " + quoted() + " can only delete pods with spec.nodeName set to itself");
                        case UPDATE, CONNECT ->
                            throw request.forbidden("unexpected operation \"UPDATE\", node " + quoted()
                                    + " can only create and delete mirror pods");
                    }
                }
                case "status" -> podStatus();
                case "eviction" -> eviction();
                default ->
                    throw request.forbidden("unexpected pod subresource " + GoText.quote(request.subresource())
                            + ", only 'status' and 'eviction' are allowed");
            }
        }

        private boolean isHere(MapValue pod) {
            return pod.map("spec").string("nodeName").equals(node);
        }

        private void eviction() {
            StoredObject pod = request.snapshot().get(new Key("pods", request.namespace(), request.name()));
            if (pod == null) {
                throw StatusException.notFound(new Resource("", "pod"), request.name());
            }
            require(isHere(pod.value()), "node " + node + " can only evict pods with spec.nodeName set to itself");
        }

        private void podStatus() {
            MapValue old = request.old();
            MapValue updated = request.object();
            require(
                    isHere(old),
                    "node " + quoted() + " can only update pod status for pods with spec.nodeName set to itself");
            require(
                    labels(old).equals(labels(updated)),
                    "node " + quoted() + " cannot update labels through pod status");
            require(claims(old).equals(claims(updated)), "node " + quoted() + " cannot update resource claim statues");
            require(
                    old.map("status")
                            .map("extendedResourceClaimStatus")
                            .equals(updated.map("status").map("extendedResourceClaimStatus")),
                    "node " + quoted() + " cannot update extended resource claim status");
        }

        private static MapValue labels(MapValue pod) {
            return pod.map("metadata").map("labels");
        }

        private static ListValue claims(MapValue pod) {
            return pod.map("status").list("resourceClaimStatuses");
        }

        void claim() {
            require(request.subresource().equals("status"), "may only update PVC status");
            require(
                    fixed(request.old()).equals(fixed(request.object())),
                    "node " + quoted() + " is not allowed to update fields other than status.quantity and"
                            + " status.conditions");
        }

        /** Whether somebody granted the node tokens for an audience; the resource is the audience. */
        private boolean mayHave(String audience) {
            return authorizer
                    .authorize(new AuthorizationAttributes(
                            request.user(),
                            "request-serviceaccounts-token-audience",
                            "",
                            "v1",
                            audience,
                            "",
                            request.namespace(),
                            request.name(),
                            ""))
                    .allowed();
        }

        private static MapValue fixed(MapValue claim) {
            MapValue status = claim.map("status")
                    .without("capacity")
                    .without("conditions")
                    .without("allocatedResourceStatuses")
                    .without("allocatedResources");
            return claim.withMap(
                            "metadata", meta -> meta.without("resourceVersion").without("managedFields"))
                    .with("status", status);
        }

        void lease() {
            require(
                    request.namespace().equals("kube-node-lease"),
                    "can only access leases in the \"kube-node-lease\" system namespace");
            ownName("can only access node lease with the same name as the requesting node");
        }

        void ownName(String why) {
            require(request.name().equals(node), why);
        }

        void resourceSlice() {
            boolean create = request.operation() == Operation.CREATE;
            MapValue slice = create ? request.object() : request.old();
            require(
                    request.operation() == Operation.UPDATE || isHere(slice),
                    "can only " + (create ? "create" : "delete")
                            + " ResourceSlice with the same NodeName as the requesting node");
        }

        void token() {
            if (request.operation() != Operation.CREATE
                    || !request.subresource().equals("token")) {
                return;
            }
            MapValue reference = request.object().map("spec").map("boundObjectRef");
            require(
                    reference.string("apiVersion").equals("v1")
                            && reference.string("kind").equals("Pod")
                            && !reference.string("name").isEmpty(),
                    "node requested token not bound to a pod");
            String uid = reference.string("uid");
            require(!uid.isEmpty(), "node requested token with a pod binding without a uid");
            StoredObject pod = request.snapshot().get(new Key("pods", request.namespace(), reference.string("name")));
            if (pod == null) {
                throw StatusException.notFound(new Resource("", "pod"), reference.string("name"));
            }
            require(
                    uid.equals(pod.value().map("metadata").string("uid")),
                    "the UID in the bound object reference (" + uid + ") does not match the UID in record. The object"
                            + " might have been deleted and then recreated");
            require(isHere(pod.value()), "node requested token bound to a pod scheduled on a different node");
            audience(pod.value());
        }

        private void audience(MapValue pod) {
            ListValue audiences = request.object().map("spec").list("audiences");
            require(audiences.size() < 2, "node may only request 0 or 1 audiences");
            String audience = audiences.isEmpty() ? "" : String.valueOf(audiences.get(0));
            require(
                    PodReferences.wantsToken(pod, audience, request.snapshot()) || mayHave(audience),
                    "audience " + GoText.quote(audience) + " not found in pod spec volume, "
                            + request.user().name() + " is not authorized to request tokens for this audience");
        }
    }
}
