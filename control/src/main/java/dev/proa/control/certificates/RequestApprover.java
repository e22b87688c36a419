package dev.proa.control.certificates;

import dev.proa.api.authorization.v1.SubjectAccessReview;
import dev.proa.api.certificates.v1.CertificateSigningRequest;
import dev.proa.api.value.MapValue;
import dev.proa.client.informer.Informer;
import dev.proa.client.reconcile.Reconciler.Result;
import dev.proa.control.shared.ControlContext;
import java.time.Duration;

/**
 * Approves requests for client certificates of kubelets, when who asks may do so by the authorizer: {@code create} of {@code
 * certificatesigningrequests/selfnodeclient} for a node's own name, {@code .../nodeclient} for any node's that {@link NodeNames} allow. As
 * kube-controller-manager's controller {@code csrapproving}, which allows any name.
 */
public final class RequestApprover {
    /** Somebody may be granted the right later. */
    private static final Duration TRY_AGAIN = Duration.ofMinutes(1);

    private final ControlContext context;
    private final Signer signer;
    private final NodeNames names;
    private final Informer<CertificateSigningRequest> requests;

    public RequestApprover(ControlContext shared, Signer signer, NodeNames names) {
        this.context = shared.as("certificate-controller");
        this.signer = signer;
        this.names = names;
        this.requests = context.informers().informer(CertificateSigningRequest.KIND);
        context.<String>controller("certificatesigningrequest-approving-controller", this::reconcile)
                .watch(requests, CertificateSigningRequest::name);
    }

    private Result reconcile(String name) {
        CertificateSigningRequest request = requests.get("", name);
        if (request == null
                || SigningRequests.isDecided(request)
                || !request.spec().signerName().equals(SignerRules.KUBELET_CLIENT)) {
            return Result.DONE;
        }
        Requested requested = signer.read(SigningRequests.pem(request));
        if (!SignerRules.objection(
                        SignerRules.KUBELET_CLIENT, requested, request.spec().usages())
                .isEmpty()) {
            return Result.DONE; // a person decides
        }
        if (request.spec().username().equals(requested.commonName()) && mayCreate(request, "selfnodeclient")) {
            SigningRequests.approve(
                    context.client(),
                    request,
                    "Auto approving self kubelet client certificate after SubjectAccessReview.");
        } else if (!names.allow(requested.commonName().substring(SignerRules.NODE_USER.length()))) {
            return Result.DONE; // a person decides
        } else if (mayCreate(request, "nodeclient")) {
            SigningRequests.approve(
                    context.client(), request, "Auto approving kubelet client certificate after SubjectAccessReview.");
        } else {
            return Result.after(TRY_AGAIN);
        }
        return Result.DONE;
    }

    private boolean mayCreate(CertificateSigningRequest request, String subresource) {
        MapValue asker = request.value().map("spec");
        MapValue attributes = MapValue.of(
                "group",
                "certificates.k8s.io",
                "resource",
                "certificatesigningrequests",
                "verb",
                "create",
                "subresource",
                subresource,
                "version",
                "*");
        MapValue spec = MapValue.builder()
                .put("user", asker.string("username"))
                .put("uid", asker.string("uid"))
                .put("groups", asker.list("groups"))
                .put("extra", asker.map("extra"))
                .put("resourceAttributes", attributes)
                .build();
        return context.client()
                .resource(SubjectAccessReview.KIND)
                .create(new SubjectAccessReview(MapValue.of(
                        "apiVersion", "authorization.k8s.io/v1", "kind", "SubjectAccessReview", "spec", spec)))
                .value()
                .map("status")
                .bool("allowed");
    }
}
