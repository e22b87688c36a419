package dev.proa.control.shared;

import dev.proa.api.core.v1.Pod;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.api.value.Times;
import dev.proa.client.Patch;
import dev.proa.client.ResourceClient;
import java.time.Instant;

/** Sets the condition {@code DisruptionTarget} of pods that the control plane is about to end (KEP-3329). */
public final class Disruptions {
    private static final String TYPE = "DisruptionTarget";

    private Disruptions() {}

    /** Sets the condition {@code DisruptionTarget}, unless it says the same already. */
    public static void mark(ResourceClient<Pod> client, Pod pod, String reason, String message, Instant now) {
        MapValue before = Pods.condition(pod, TYPE);
        boolean same = before != null
                && before.string("status").equals("True")
                && before.string("reason").equals(reason)
                && before.string("message").equals(message);
        if (!same) {
            patch(client, pod, MapValue.of("conditions", target(pod, reason, message, now)));
        }
    }

    /** Sets the phase {@code Failed}, which nobody else will, because no node has the pod, or its node is gone. */
    public static void fail(ResourceClient<Pod> client, Pod pod) {
        patch(client, pod, failed(pod));
    }

    /** As {@link #fail(ResourceClient, Pod)}, and sets the condition. */
    public static void fail(ResourceClient<Pod> client, Pod pod, String reason, String message, Instant now) {
        patch(client, pod, failed(pod).with("conditions", target(pod, reason, message, now)));
    }

    private static MapValue failed(Pod pod) {
        long generation = pod.metadata().generation();
        return generation == 0
                ? MapValue.of("phase", "Failed")
                : MapValue.of("phase", "Failed", "observedGeneration", generation);
    }

    /** The condition alone, for a patch. */
    private static ListValue target(Pod pod, String reason, String message, Instant now) {
        MapValue.Builder condition = MapValue.builder(6)
                .put("type", TYPE)
                .put("status", "True")
                .put("reason", reason)
                .put("message", message)
                .put("lastTransitionTime", Times.format(now));
        long generation = pod.metadata().generation();
        if (generation != 0) {
            condition.put("observedGeneration", generation);
        }
        return ListValue.of(condition.build());
    }

    private static void patch(ResourceClient<Pod> client, Pod pod, MapValue status) {
        Patch patch = Patch.strategic(MapValue.of("metadata", MapValue.of("uid", pod.uid()), "status", status));
        client.in(pod.namespace()).patchStatus(pod.name(), patch);
    }
}
