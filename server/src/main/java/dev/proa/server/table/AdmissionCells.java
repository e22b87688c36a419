package dev.proa.server.table;

import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import org.jspecify.annotations.Nullable;

/** Cells of the group {@code admissionregistration.k8s.io}. */
final class AdmissionCells {
    private AdmissionCells() {}

    static TableFormat.@Nullable Cells of(String resource) {
        return switch (resource) {
            case "mutatingwebhookconfigurations", "validatingwebhookconfigurations" ->
                (object, now) -> ListValue.of(
                        Text.name(object), (long) object.list("webhooks").size(), Text.age(object, now));
            case "validatingadmissionpolicies", "mutatingadmissionpolicies" ->
                (object, now) -> {
                    MapValue spec = object.map("spec");
                    MapValue kind = spec.map("paramKind");
                    int count = spec.list("validations").size()
                            + spec.list("mutations").size();
                    return ListValue.of(
                            Text.name(object),
                            (long) count,
                            kind.isEmpty() ? Text.UNSET : kind.string("apiVersion") + "/" + kind.string("kind"),
                            Text.age(object, now));
                };
            case "validatingadmissionpolicybindings", "mutatingadmissionpolicybindings" ->
                (object, now) -> {
                    MapValue spec = object.map("spec");
                    MapValue ref = spec.map("paramRef");
                    String name = ref.string("name");
                    String parameter = name.isEmpty()
                            ? Text.or(Text.requirements(ref.get("selector")), Text.UNSET)
                            : Text.or(ref.string("namespace"), "*") + "/" + name;
                    return ListValue.of(Text.name(object), spec.string("policyName"), parameter, Text.age(object, now));
                };
            default -> null;
        };
    }
}
