package dev.proa.delivery.rollout;

import dev.proa.api.meta.v1.ObjectMeta;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.client.Client;
import dev.proa.client.Patch;
import dev.proa.delivery.argo.Argo;
import dev.proa.delivery.argo.Rollout;
import java.util.HashMap;
import java.util.Map;

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
        ObjectMeta metadata = PodMetadata.changed(
                new ObjectMeta(template.map("metadata")), PodMetadata.given(version), null);
        Map<String, String> labels = new HashMap<>(metadata.labels());
        labels.remove(Argo.POD_TEMPLATE_HASH);
        MapValue plain = metadata.withLabels(labels).value().without("creationTimestamp");
        return template.with("metadata", plain);
    }

    /** Sets the Rollout's pod template to that of a version, if the Rollout is still what it was. */
    static void restore(Client client, Rollout rollout, Version version, String reason) {
        MapValue annotations = rollout.value().map("metadata").map("annotations").with(RESTORED, reason);
        client.resource(Rollout.KIND)
                .in(rollout.namespace())
                .patch(
                        rollout.name(),
                        Patch.json(ListValue.of(
                                operation("test", "/metadata/generation", rollout.metadata().generation()),
                                operation("replace", "/spec/template", of(version)),
                                operation("add", "/metadata/annotations", annotations))));
    }

    private static MapValue operation(String op, String path, Object value) {
        return MapValue.of("op", op, "path", path, "value", value);
    }
}
