package dev.proa.server.admission;

import dev.proa.api.value.MapValue;
import dev.proa.server.admission.AdmissionAttributes.Operation;
import dev.proa.server.pki.CertificateRequest;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Set;

/** A certificate that a node asks for: of the signers for kubelets it gets those with its own name only. */
record NodeSigningRequest(String node, AdmissionAttributes request) {
    private static final Set<String> SIGNERS =
            Set.of("kubernetes.io/kubelet-serving", "kubernetes.io/kube-apiserver-client-kubelet");

    void check() {
        MapValue spec = request.object().map("spec");
        if (request.operation() == Operation.CREATE
                && request.subresource().isEmpty()
                && SIGNERS.contains(spec.string("signerName"))
                && !isOwn(spec.string("request"))) {
            throw request.forbidden("can only create a node CSR with CN=system:node:" + node);
        }
    }

    /** Whether a request has the node's name and no other, so that it does not matter which of several counts. */
    private boolean isOwn(String encoded) {
        try {
            String pem = new String(Base64.getMimeDecoder().decode(encoded), StandardCharsets.ISO_8859_1);
            return CertificateRequest.read(pem).commonNames().equals(List.of("system:node:" + node));
        } catch (IllegalArgumentException e) {
            throw request.forbidden("unable to parse csr: " + e.getMessage());
        }
    }
}
