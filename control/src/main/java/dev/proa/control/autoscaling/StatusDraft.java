package dev.proa.control.autoscaling;

import dev.proa.api.autoscaling.v2.HorizontalPodAutoscaler;
import dev.proa.api.autoscaling.v2.HorizontalPodAutoscalerStatus;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.api.value.Times;
import dev.proa.client.reconcile.EventRecorder;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** The status of an autoscaler and the events about it, as they come about while it is looked at. Used by one thread. */
final class StatusDraft {
    static final String ABLE_TO_SCALE = "AbleToScale";
    static final String SCALING_ACTIVE = "ScalingActive";
    static final String SCALING_LIMITED = "ScalingLimited";
    static final String SCALED_TO_ZERO = "ScaledToZero";

    private final HorizontalPodAutoscalerStatus before;
    private final Instant now;
    private final List<Event> events = new ArrayList<>();
    private ListValue conditions;
    private HorizontalPodAutoscalerStatus status;

    /** @param type {@code Normal} or {@code Warning} */
    record Event(String type, String reason, String message) {}

    StatusDraft(HorizontalPodAutoscaler autoscaler, Instant now) {
        this.before = autoscaler.status();
        this.now = now;
        this.conditions = before.value().list("conditions");
        this.status = before;
    }

    /** Sets a condition, in its place; its time changes with its status only. */
    void set(String type, boolean is, String reason, String message) {
        String text = is ? "True" : "False";
        MapValue condition = MapValue.of("type", type, "status", text, "reason", reason, "message", message);
        for (int i = 0; i < conditions.size(); i++) {
            MapValue old = conditions.map(i);
            if (old.string("type").equals(type)) {
                boolean same = old.string("status").equals(text);
                Object since = same ? old.get("lastTransitionTime") : Times.format(now);
                conditions = conditions.with(i, condition.with("lastTransitionTime", since));
                return;
            }
        }
        conditions = conditions.plus(condition.with("lastTransitionTime", Times.format(now)));
    }

    void remove(String type) {
        for (int i = conditions.size() - 1; i >= 0; i--) {
            if (conditions.map(i).string("type").equals(type)) {
                conditions = conditions.without(i);
            }
        }
    }

    boolean is(String type) {
        return conditions.stream()
                .anyMatch(condition -> condition instanceof MapValue map
                        && map.string("type").equals(type)
                        && map.string("status").equals("True"));
    }

    /** Adds an event about what went well. */
    void tell(String reason, String message) {
        events.add(new Event(EventRecorder.NORMAL, reason, message));
    }

    void warn(String reason, String message) {
        events.add(new Event(EventRecorder.WARNING, reason, message));
    }

    /** The events to record, in order. */
    List<Event> events() {
        return List.copyOf(events);
    }

    /** Sets the numbers and metrics of the status. */
    void count(int current, int desired, ListValue metrics, boolean rescaled) {
        MapValue.Builder counted = MapValue.builder(6);
        if (current != 0) {
            counted.put("currentReplicas", (long) current);
        }
        counted.put("desiredReplicas", (long) desired);
        Object lastScaleTime = rescaled ? Times.format(now) : before.value().get("lastScaleTime");
        counted.putIfPresent("lastScaleTime", lastScaleTime);
        counted.put("currentMetrics", metrics.isEmpty() ? null : metrics);
        status = new HorizontalPodAutoscalerStatus(counted.build());
    }

    /** As {@link #count}, when the number of replicas stays what it was to be. */
    void countFailed(int current, ListValue metrics) {
        count(current, before.desiredReplicas(), metrics, false);
    }

    /** What to write. */
    HorizontalPodAutoscalerStatus status() {
        MapValue value = status.value();
        return new HorizontalPodAutoscalerStatus(
                conditions.isEmpty() ? value.without("conditions") : value.with("conditions", conditions));
    }

    boolean isChanged() {
        return !status().value().equals(before.value());
    }
}
