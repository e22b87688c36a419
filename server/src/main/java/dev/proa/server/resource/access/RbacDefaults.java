package dev.proa.server.resource.access;

import dev.proa.api.value.MapValue;
import dev.proa.server.validation.Defaulter;
import dev.proa.server.validation.Values;

/** Defaults of the group {@code rbac.authorization.k8s.io}. */
final class RbacDefaults {
    private static final String RBAC = "rbac.authorization.k8s.io";

    private RbacDefaults() {}

    static MapValue roleBinding(MapValue binding) {
        MapValue filled = binding.withMap(
                "roleRef", ref -> Defaulter.of(ref).fill("apiGroup", RBAC).done());
        return Values.withEach(filled, "subjects", subject -> switch (subject.string("kind")) {
            case "User", "Group" -> Defaulter.of(subject).fill("apiGroup", RBAC).done();
            default -> subject;
        });
    }
}
