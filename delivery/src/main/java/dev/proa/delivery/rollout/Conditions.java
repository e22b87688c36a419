package dev.proa.delivery.rollout;

import dev.proa.api.value.MapValue;
import dev.proa.delivery.argo.Condition;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** The conditions of a Rollout: types, reasons, and how one replaces another. */
final class Conditions {
    static final String INVALID_SPEC = "InvalidSpec";
    static final String AVAILABLE = "Available";
    static final String PROGRESSING = "Progressing";
    static final String REPLICA_FAILURE = "ReplicaFailure";
    static final String PAUSED = "Paused";
    static final String COMPLETED = "Completed";
    static final String HEALTHY = "Healthy";

    static final String TIMED_OUT = "ProgressDeadlineExceeded";
    static final String ABORTED = "RolloutAborted";
    static final String ROLLOUT_PAUSED = "RolloutPaused";
    static final String RESUMED = "RolloutResumed";
    static final String RETRY = "RolloutRetry";
    static final String NEW_SET_CREATED = "NewReplicaSetCreated";
    static final String SET_UPDATED = "ReplicaSetUpdated";
    static final String SET_AVAILABLE = "NewReplicaSetAvailable";
    static final String SET_NOT_AVAILABLE = "ReplicaSetNotAvailable";

    private Conditions() {}

    static Optional<Condition> find(List<Condition> conditions, String type) {
        return conditions.stream().filter(c -> c.type().equals(type)).findFirst();
    }

    static Condition of(String type, boolean status, String reason, String message, Instant now) {
        return of(type, status ? "True" : "False", reason, message, now);
    }

    static Condition of(String type, String status, String reason, String message, Instant now) {
        return new Condition(MapValue.EMPTY)
                .withType(type)
                .withStatus(status)
                .withLastUpdateTime(now)
                .withLastTransitionTime(now)
                .withReason(reason)
                .withMessage(message);
    }

    /** Whether {@code condition} says something else than the one of its type, if there is one. */
    static boolean isNews(List<Condition> conditions, Condition condition) {
        return find(conditions, condition.type())
                .filter(there -> there.status().equals(condition.status())
                        && there.reason().equals(condition.reason()))
                .isEmpty();
    }

    /** {@code conditions} with {@code condition}; unchanged when that is no news. */
    static List<Condition> with(List<Condition> conditions, Condition condition) {
        return isNews(conditions, condition) ? replaced(conditions, condition) : conditions;
    }

    /** {@code conditions} with {@code condition}, even if only its message or its time of update is new. */
    static List<Condition> replaced(List<Condition> conditions, Condition condition) {
        Optional<Condition> there = find(conditions, condition.type());
        Instant since = there.filter(c -> c.status().equals(condition.status()))
                .map(Condition::lastTransitionTime)
                .orElse(null);
        List<Condition> all = new ArrayList<>(without(conditions, condition.type()));
        all.add(condition.withLastTransitionTime(Objects.requireNonNullElse(since, condition.lastTransitionTime())));
        return all;
    }

    static List<Condition> without(List<Condition> conditions, String type) {
        return conditions.stream().filter(c -> !c.type().equals(type)).toList();
    }
}
