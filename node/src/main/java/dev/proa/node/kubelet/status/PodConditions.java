package dev.proa.node.kubelet.status;

import dev.proa.api.core.v1.Pod;
import dev.proa.api.core.v1.PodCondition;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.api.value.Times;
import dev.proa.node.kubelet.resource.Allocations;
import dev.proa.node.kubelet.resource.PodAllocation;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Updates those conditions of a pod that the kubelet owns. */
final class PodConditions {
    private final Pod pod;
    private final Instant now;
    private final Map<String, PodCondition> byType = new LinkedHashMap<>();

    PodConditions(Pod pod, Instant now) {
        this.pod = pod;
        this.now = now;
        pod.status().conditions().forEach(condition -> byType.put(condition.type(), condition));
    }

    /** Replaces the resize conditions. */
    void resizes(List<PodAllocation.Condition> resizes) {
        byType.remove(Allocations.PENDING);
        byType.remove(Allocations.IN_PROGRESS);
        for (PodAllocation.Condition resize : resizes) {
            byType.put(resize.type(), new PodCondition(resize.toValue()));
        }
    }

    /** The message about readiness gates that keep the pod from being ready; empty when none does. */
    static String closedGates(Pod pod) {
        List<String> messages = new ArrayList<>();
        for (var gate : pod.spec().readinessGates()) {
            String type = gate.conditionType();
            String status = pod.status().conditions().stream()
                    .filter(condition -> condition.type().equals(type))
                    .map(PodCondition::status)
                    .findFirst()
                    .orElse("");
            if (status.isEmpty()) {
                messages.add("corresponding condition of pod readiness gate \"" + type + "\" does not exist.");
            } else if (!status.equals("True")) {
                messages.add("the status of pod readiness gate \"" + type + "\" is not \"True\", but " + status);
            }
        }
        return String.join(", ", messages);
    }

    void set(String type, boolean value, String reason, String message) {
        PodCondition before = byType.get(type);
        String status = value ? "True" : "False";
        Instant since =
                before != null && before.status().equals(status) && before.lastTransitionTime() instanceof Instant then
                        ? then
                        : now;
        MapValue.Builder builder = MapValue.builder(7)
                .put("type", type)
                .put("status", status)
                .put("observedGeneration", pod.metadata().generation())
                .put("lastProbeTime", null)
                .put("lastTransitionTime", Times.format(since));
        if (!reason.isEmpty()) {
            builder.put("reason", reason);
        }
        if (!message.isEmpty()) {
            builder.put("message", message);
        }
        byType.put(type, new PodCondition(builder.build()));
    }

    ListValue toValue() {
        return ListValue.copyOf(
                byType.values().stream().map(PodCondition::value).toList());
    }
}
