package dev.proa.control.shared;

import dev.proa.api.core.v1.Pod;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.api.value.Times;
import dev.proa.client.Patch;
import dev.proa.client.ResourceClient;
import java.time.Instant;

/** Says in a pod's conditions why it is about to be ended by the control plane (KEP-3329). */
public final class Disruptions {
    private Disruptions() {}

    /** Sets the condition {@code DisruptionTarget}. */
    public static void mark(ResourceClient<Pod> client, Pod pod, String reason, String message, Instant now) {
        client.in(pod.namespace()).patchStatus(pod.name(), patch(pod, reason, message, now, MapValue.EMPTY));
    }

    /** Sets the condition, and the phase {@code Failed}: nobody else will, because the node is gone. */
    public static void fail(ResourceClient<Pod> client, Pod pod, String reason, String message, Instant now) {
        client.in(pod.namespace())
                .patchStatus(pod.name(), patch(pod, reason, message, now, MapValue.of("phase", "Failed")));
    }

    private static Patch patch(Pod pod, String reason, String message, Instant now, MapValue more) {
        MapValue condition = MapValue.of(
                "type",
                "DisruptionTarget",
                "status",
                "True",
                "reason",
                reason,
                "message",
                message,
                "lastTransitionTime",
                Times.format(now));
        return Patch.strategic(MapValue.of(
                "metadata", MapValue.of("uid", pod.uid()),
                "status", more.with("conditions", ListValue.of(condition))));
    }
}
