package dev.proa.delivery.rollout;

import dev.proa.api.core.v1.PodTemplateSpec;
import dev.proa.api.meta.v1.ObjectMeta;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.client.Client;
import dev.proa.client.Patch;
import dev.proa.delivery.argo.Argo;
import dev.proa.delivery.argo.Rollout;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Pod templates of former versions, as a Rollout's spec had them. */
public final class PodTemplates {
    /** The annotation of a Rollout, {@code true} if an abort is to give the stable version's pod template back. */
    public static final String RESTORE = "rollout.proa.dev/restore-on-abort";
    /** The annotation of a Rollout that says why its pod template was given back. */
    public static final String RESTORED = "rollout.proa.dev/restored";

    private PodTemplates() {}

    /** The pod template of a version without what the controller added to it. */
    static MapValue of(Version version) {
        MapValue template = version.set().spec().template().value();
        ObjectMeta metadata =
                PodMetadata.changed(new ObjectMeta(template.map("metadata")), PodMetadata.given(version), null);
        Map<String, String> labels = new HashMap<>(metadata.labels());
        labels.remove(Argo.POD_TEMPLATE_HASH);
        MapValue plain = metadata.withLabels(labels).value().without("creationTimestamp");
        return template.with("metadata", plain).withMap("spec", PodTemplates::withoutRule);
    }

    /** Whether a version is that of a pod template: of one that has all of the server's defaults, as after going back to a ReplicaSet. */
    static boolean isOf(Version version, PodTemplateSpec template) {
        MapValue metadata = template.value().map("metadata").without("creationTimestamp");
        return of(version).equals(template.value().with("metadata", metadata));
    }

    private static MapValue withoutRule(MapValue spec) {
        MapValue affinity = spec.map("affinity");
        MapValue anti = affinity.map("podAntiAffinity");
        MapValue own = anti;
        for (String field : List.of(
                "preferredDuringSchedulingIgnoredDuringExecution", "requiredDuringSchedulingIgnoredDuringExecution")) {
            ListValue kept = ListValue.copyOf(
                    anti.list(field).stream().filter(term -> !isRule(term)).toList());
            own = kept.size() == anti.list(field).size()
                    ? own
                    : kept.isEmpty() ? own.without(field) : own.with(field, kept);
        }
        if (own == anti) {
            return spec;
        }
        affinity = own.isEmpty() ? affinity.without("podAntiAffinity") : affinity.with("podAntiAffinity", own);
        return affinity.isEmpty() ? spec.without("affinity") : spec.with("affinity", affinity);
    }

    /** Whether a term is the one that keeps versions apart. */
    private static boolean isRule(@Nullable Object term) {
        MapValue map = term instanceof MapValue value ? value : MapValue.EMPTY;
        MapValue inner = map.has("podAffinityTerm") ? map.map("podAffinityTerm") : map;
        return inner.map("labelSelector").list("matchExpressions").stream()
                .anyMatch(expression -> expression instanceof MapValue value
                        && value.string("key").equals(Argo.POD_TEMPLATE_HASH));
    }

    /** Sets the Rollout's pod template to that of a version, if the Rollout is still what it was. */
    static void restore(Client client, Rollout rollout, Version version, String reason) {
        MapValue annotations =
                rollout.value().map("metadata").map("annotations").with(RESTORED, reason);
        client.resource(Rollout.KIND)
                .in(rollout.namespace())
                .patch(
                        rollout.name(),
                        Patch.json(ListValue.of(
                                operation(
                                        "test",
                                        "/metadata/generation",
                                        rollout.metadata().generation()),
                                operation("replace", "/spec/template", of(version)),
                                operation("add", "/metadata/annotations", annotations))));
    }

    private static MapValue operation(String op, String path, Object value) {
        return MapValue.of("op", op, "path", path, "value", value);
    }
}
