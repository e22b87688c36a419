package dev.proa.api.pod;

import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.api.value.Times;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The condition {@code DisruptionAllowed} of PodDisruptionBudgets, which says whether {@code status.disruptionsAllowed} is greater than
 * zero. The API server sets it with each eviction, the disruption controller whenever it counts pods. Pure.
 */
public final class DisruptionAllowed {
    /** The reason when the number of pods could not be told. */
    public static final String SYNC_FAILED = "SyncFailed";

    private static final String TYPE = "DisruptionAllowed";
    private static final String SUFFICIENT = "SufficientPods";
    private static final String INSUFFICIENT = "InsufficientPods";

    private DisruptionAllowed() {}

    /** The condition in the status of a budget; null when there is none. */
    public static @Nullable MapValue of(MapValue status) {
        int index = index(status.list("conditions"));
        return index < 0 ? null : status.list("conditions").map(index);
    }

    /** A status whose condition fits its {@code disruptionsAllowed}. */
    public static MapValue settle(MapValue status, Instant now) {
        boolean allowed = status.integer("disruptionsAllowed", 0) > 0;
        return with(status, allowed, allowed ? SUFFICIENT : INSUFFICIENT, "", now);
    }

    /** A status that allows no disruption, because the pods could not be counted. */
    public static MapValue failed(MapValue status, String message, Instant now) {
        return with(status.with("disruptionsAllowed", 0L), false, SYNC_FAILED, message, now);
    }

    /** Whether the condition of a budget fits its {@code disruptionsAllowed}, in its present generation. */
    public static boolean isSettled(MapValue budget) {
        MapValue status = budget.map("status");
        MapValue condition = of(status);
        if (condition == null
                || status.integer("observedGeneration", 0)
                        != budget.map("metadata").integer("generation", 0)) {
            return false;
        }
        boolean allowed = status.integer("disruptionsAllowed", 0) > 0;
        return condition.string("status").equals(allowed ? "True" : "False")
                && condition.string("reason").equals(allowed ? SUFFICIENT : INSUFFICIENT);
    }

    private static MapValue with(MapValue status, boolean allowed, String reason, String message, Instant now) {
        ListValue conditions = status.list("conditions");
        int index = index(conditions);
        MapValue before = index < 0 ? MapValue.EMPTY : conditions.map(index);
        String value = allowed ? "True" : "False";
        boolean since = before.string("status").equals(value) && before.has("lastTransitionTime");
        long generation = status.integer("observedGeneration", 0);
        MapValue condition = MapValue.builder(6)
                .put("type", TYPE)
                .put("status", value)
                .putIfPresent("observedGeneration", generation == 0 ? null : generation)
                .put("lastTransitionTime", since ? before.get("lastTransitionTime") : Times.format(now))
                .put("reason", reason)
                .put("message", message)
                .build();
        return status.with("conditions", index < 0 ? conditions.plus(condition) : conditions.with(index, condition));
    }

    private static int index(ListValue conditions) {
        for (int i = 0; i < conditions.size(); i++) {
            if (conditions.map(i).string("type").equals(TYPE)) {
                return i;
            }
        }
        return -1;
    }
}
