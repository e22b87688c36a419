package dev.proa.server.admission;

import dev.proa.api.status.Resource;
import dev.proa.server.admission.AdmissionAttributes.Operation;
import java.util.Map;

/** Warns whoever creates objects that are not enforced yet, so that nobody relies on what is not done. */
public final class UnenforcedWarnings implements ValidatingPlugin {
    private static final Map<String, String> UNENFORCED = Map.of(
            "resourcequotas", "this cluster does not enforce resource quotas: this one is stored and limits nothing",
            "limitranges", "this cluster does not enforce limit ranges: this one is stored and limits nothing");

    @Override
    public String name() {
        return "UnenforcedWarnings";
    }

    @Override
    public boolean handles(Operation operation, Resource resource, String subresource) {
        return operation == Operation.CREATE
                && subresource.isEmpty()
                && resource.group().isEmpty()
                && UNENFORCED.containsKey(resource.name());
    }

    @Override
    public void validate(AdmissionAttributes attributes) {
        attributes.warnings().add(UNENFORCED.get(attributes.resource().name()));
    }
}
