package dev.proa.control.certificates;

import dev.proa.api.certificates.v1.CertificateSigningRequest;
import dev.proa.client.informer.Informer;
import dev.proa.client.reconcile.Reconciler.Result;
import dev.proa.control.shared.ControlContext;
import java.util.Set;

/**
 * Signs approved CertificateSigningRequests of the signers {@code kubernetes.io/kube-apiserver-client}, {@code
 * kube-apiserver-client-kubelet}, {@code kubelet-serving} and {@code legacy-unknown}; what a signer's rules forbid fails.
 */
public final class RequestSigner {
    private final ControlContext context;
    private final Signer signer;
    private final Informer<CertificateSigningRequest> requests;

    public RequestSigner(ControlContext shared, Signer signer) {
        this.context = shared.as("certificate-controller");
        this.signer = signer;
        this.requests = context.informers().informer(CertificateSigningRequest.KIND);
        context.<String>controller("certificatesigningrequest-signing-controller", this::reconcile)
                .watch(requests, CertificateSigningRequest::name);
    }

    private Result reconcile(String name) {
        CertificateSigningRequest request = requests.get("", name);
        if (request == null
                || SigningRequests.isIssued(request)
                || !SigningRequests.has(request, "Approved")
                || SigningRequests.has(request, "Denied")
                || SigningRequests.has(request, "Failed")
                || !SignerRules.isKnown(request.spec().signerName())) {
            return Result.DONE;
        }
        String pem = SigningRequests.pem(request);
        var spec = request.spec();
        String objection = SignerRules.objection(spec.signerName(), signer.read(pem), spec.usages());
        if (objection.isEmpty()) {
            String certificate = signer.sign(pem, Set.copyOf(spec.usages()), spec.expirationSeconds());
            SigningRequests.issue(context.client(), request, certificate);
        } else {
            SigningRequests.fail(context.client(), request, objection);
        }
        return Result.DONE;
    }
}
