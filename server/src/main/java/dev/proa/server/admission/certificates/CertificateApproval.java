package dev.proa.server.admission.certificates;

import dev.proa.api.codec.GoText;
import dev.proa.api.status.Resource;
import dev.proa.server.admission.AdmissionAttributes;
import dev.proa.server.admission.AdmissionAttributes.Operation;
import dev.proa.server.admission.ValidatingPlugin;
import dev.proa.server.auth.Authorizer;

/** Who approves or denies a request must be allowed to {@code approve} for its signer. Kubernetes' plugin {@code CertificateApproval}. */
public final class CertificateApproval implements ValidatingPlugin {
    private final Authorizer authorizer;

    public CertificateApproval(Authorizer authorizer) {
        this.authorizer = authorizer;
    }

    @Override
    public String name() {
        return "CertificateApproval";
    }

    @Override
    public boolean handles(Operation operation, Resource resource, String subresource) {
        return operation == Operation.UPDATE && subresource.equals("approval") && SigningRequests.are(resource);
    }

    @Override
    public void validate(AdmissionAttributes attributes) {
        String signer = attributes.old().map("spec").string("signerName");
        if (!SigningRequests.allowed(authorizer, attributes.user(), "approve", signer)) {
            throw attributes.forbidden(
                    "user not permitted to approve requests with signerName " + GoText.quote(signer));
        }
    }
}
