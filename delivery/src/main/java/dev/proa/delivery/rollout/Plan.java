package dev.proa.delivery.rollout;

import dev.proa.delivery.argo.RolloutStatus;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is to be done about a Rollout now.
 *
 * @param actions in this order, before the status is written
 * @param status as it is to be when all actions are done
 * @param notes events that are recorded when the status is written
 * @param again when to look again although nothing changed; null for never
 */
record Plan(
        List<Action> actions,
        RolloutStatus status,
        List<Note> notes,
        @Nullable Instant again) {
    /**
     * An event about the Rollout.
     *
     * @param warning whether its type is {@code Warning}
     */
    record Note(boolean warning, String reason, String message) {}
}
