package dev.proa.server.admission.certificates;

import dev.proa.api.codec.GoText;
import dev.proa.api.status.Resource;
import dev.proa.api.value.MapValue;
import dev.proa.server.admission.AdmissionAttributes;
import dev.proa.server.admission.AdmissionAttributes.Operation;
import dev.proa.server.admission.ValidatingPlugin;
import dev.proa.server.auth.Authorizer;
import java.util.Objects;

/** Who writes a certificate or conditions must be allowed to {@code sign} for its signer. Kubernetes' plugin {@code CertificateSigning}. */
public final class CertificateSigning implements ValidatingPlugin {
    private final Authorizer authorizer;

    public CertificateSigning(Authorizer authorizer) {
        this.authorizer = authorizer;
    }

    @Override
    public String name() {
        return "CertificateSigning";
    }

    @Override
    public boolean handles(Operation operation, Resource resource, String subresource) {
        return operation == Operation.UPDATE && subresource.equals("status") && SigningRequests.are(resource);
    }

    @Override
    public void validate(AdmissionAttributes attributes) {
        MapValue old = attributes.old().map("status");
        MapValue status = attributes.object().map("status");
        if (Objects.equals(old.get("certificate"), status.get("certificate"))
                && old.list("conditions").equals(status.list("conditions"))) {
            return;
        }
        String signer = attributes.old().map("spec").string("signerName");
        if (!SigningRequests.allowed(authorizer, attributes.user(), "sign", signer)) {
            throw attributes.forbidden("user not permitted to sign requests with signerName " + GoText.quote(signer));
        }
    }
}
