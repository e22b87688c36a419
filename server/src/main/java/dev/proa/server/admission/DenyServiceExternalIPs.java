package dev.proa.server.admission;

import dev.proa.api.status.Resource;
import dev.proa.api.value.ListValue;
import dev.proa.server.admission.AdmissionAttributes.Operation;

/** Refuses new external addresses of services (CVE-2020-8554). Kubernetes' admission plugin of this name. */
public final class DenyServiceExternalIPs implements ValidatingPlugin {

    @Override
    public String name() {
        return "DenyServiceExternalIPs";
    }

    @Override
    public boolean handles(Operation operation, Resource resource, String subresource) {
        return subresource.isEmpty()
                && resource.toString().equals("services")
                && (operation == Operation.CREATE || operation == Operation.UPDATE);
    }

    @Override
    public void validate(AdmissionAttributes attributes) {
        ListValue before = attributes.old().map("spec").list("externalIPs");
        if (!before.containsAll(attributes.object().map("spec").list("externalIPs"))) {
            throw attributes.forbidden("Use of external IPs is denied by admission control");
        }
    }
}
