package dev.proa.server.admission.certificates;

import dev.proa.api.status.Resource;
import dev.proa.api.value.MapValue;
import dev.proa.server.admission.AdmissionAttributes;
import dev.proa.server.admission.AdmissionAttributes.Operation;
import dev.proa.server.admission.ValidatingPlugin;
import dev.proa.server.auth.UserInfo;
import dev.proa.server.pki.CertificateRequest;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** Nobody asks for a client certificate of {@code system:masters}. Kubernetes' plugin {@code CertificateSubjectRestriction}. */
public final class CertificateSubjectRestriction implements ValidatingPlugin {
    private static final String SIGNER = "kubernetes.io/kube-apiserver-client";

    @Override
    public String name() {
        return "CertificateSubjectRestriction";
    }

    @Override
    public boolean handles(Operation operation, Resource resource, String subresource) {
        return operation == Operation.CREATE && subresource.isEmpty() && SigningRequests.are(resource);
    }

    @Override
    public void validate(AdmissionAttributes attributes) {
        MapValue spec = attributes.object().map("spec");
        if (!spec.string("signerName").equals(SIGNER)) {
            return;
        }
        CertificateRequest request;
        try {
            request = CertificateRequest.read(
                    new String(Base64.getMimeDecoder().decode(spec.string("request")), StandardCharsets.ISO_8859_1));
        } catch (IllegalArgumentException e) {
            throw attributes.forbidden("failed to parse CSR: " + e.getMessage());
        }
        if (request.organizations().contains(UserInfo.MASTERS)) {
            throw attributes.forbidden(
                    "use of " + SIGNER + " signer with " + UserInfo.MASTERS + " group is not allowed");
        }
    }
}
