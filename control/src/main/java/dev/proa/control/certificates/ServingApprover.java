package dev.proa.control.certificates;

import dev.proa.api.certificates.v1.CertificateSigningRequest;
import dev.proa.client.informer.Informer;
import dev.proa.client.reconcile.Reconciler.Result;
import dev.proa.control.shared.ControlContext;
import java.util.function.BiPredicate;

/**
 * Approves requests for serving certificates of kubelets, when a node asks for its own names and addresses. Kubernetes leaves that to a
 * person or another controller, since it does not know the addresses; Proa does, it leases them.
 */
public final class ServingApprover {
    private static final String CONTROLLER = "kubelet-serving-approver";

    /** The service account in {@code kube-system} as which it acts; it may approve requests of this signer only. */
    public static final String ACCOUNT = CONTROLLER;

    private final ControlContext context;
    private final Signer signer;
    private final NodeNames names;
    private final BiPredicate<String, String> addresses;
    private final Informer<CertificateSigningRequest> requests;

    /** @param addresses whether a node, by name, has an address */
    public ServingApprover(
            ControlContext shared, Signer signer, NodeNames names, BiPredicate<String, String> addresses) {
        this.context = shared.as(ACCOUNT);
        this.signer = signer;
        this.names = names;
        this.addresses = addresses;
        this.requests = context.informers().informer(CertificateSigningRequest.KIND);
        context.<String>controller(CONTROLLER, this::reconcile).watch(requests, CertificateSigningRequest::name);
    }

    private Result reconcile(String name) {
        CertificateSigningRequest request = requests.get("", name);
        if (request == null
                || SigningRequests.isDecided(request)
                || !request.spec().signerName().equals(SignerRules.KUBELET_SERVING)) {
            return Result.DONE;
        }
        Requested requested = signer.read(SigningRequests.pem(request));
        if (SignerRules.objection(
                                SignerRules.KUBELET_SERVING,
                                requested,
                                request.spec().usages())
                        .isEmpty()
                && isOwn(request, requested)) {
            SigningRequests.approve(context.client(), request, "Auto approving kubelet serving certificate of a node.");
        }
        return Result.DONE;
    }

    /**
     * Whether a node asks for a certificate of its own name and addresses. What its Node object says does not count: a
     * node writes that itself, and could become the API server for pods by a certificate for its address.
     */
    private boolean isOwn(CertificateSigningRequest request, Requested requested) {
        String user = request.spec().username();
        if (!user.equals(requested.commonName()) || !request.spec().groups().contains(SignerRules.NODES)) {
            return false;
        }
        String node = user.substring(SignerRules.NODE_USER.length());
        return names.allow(node)
                && requested.dnsNames().stream().allMatch(node::equals)
                && requested.addresses().stream().allMatch(address -> addresses.test(node, address));
    }
}
