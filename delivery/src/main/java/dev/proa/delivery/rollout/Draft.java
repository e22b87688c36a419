package dev.proa.delivery.rollout;

import dev.proa.api.value.MapValue;
import dev.proa.delivery.argo.CanaryStatus;
import dev.proa.delivery.argo.PauseCondition;
import dev.proa.delivery.argo.RolloutStatus;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** A {@link Plan} in the making. One thread uses it. */
final class Draft {
    final Situation situation;
    private final List<Action> actions = new ArrayList<>();
    private final List<Plan.Note> notes = new ArrayList<>();
    private final Set<String> pausesToAdd = new LinkedHashSet<>();
    private final Set<String> pausesToRemove = new LinkedHashSet<>();
    private boolean clearPauses;
    private boolean removeAbort;
    private @Nullable String abortMessage;
    private @Nullable Instant again;
    private RolloutStatus status;

    /** The weights that the status is to have differ from those that it has. */
    boolean weightsChanged;

    Draft(Situation situation) {
        this.situation = situation;
        status = new RolloutStatus(MapValue.EMPTY);
    }

    RolloutStatus status() {
        return status;
    }

    void status(UnaryOperator<RolloutStatus> change) {
        status = change.apply(status);
    }

    void canary(UnaryOperator<CanaryStatus> change) {
        status(s -> s.withCanary(change.apply(s.canary())));
    }

    void add(Action action) {
        actions.add(action);
    }

    void note(String reason, String message) {
        notes.add(new Plan.Note(false, reason, message));
    }

    void warn(String reason, String message) {
        notes.add(new Plan.Note(true, reason, message));
    }

    void again(Instant at) {
        if (again == null || at.isBefore(again)) {
            again = at;
        }
    }

    void pause(String reason) {
        pausesToAdd.add(reason);
    }

    void resume(String reason) {
        pausesToRemove.add(reason);
    }

    void clearPauses() {
        clearPauses = true;
    }

    /** Whether a pause was added, so that nothing more happens now. */
    boolean isPausing() {
        return !pausesToAdd.isEmpty();
    }

    void abort(String message) {
        abortMessage = message;
    }

    void removeAbort() {
        removeAbort = true;
    }

    boolean isAborted() {
        return !removeAbort && (abortMessage != null || situation.status().abort());
    }

    /** Why this plan aborts; empty when it does not, or for the reason that the status has. */
    String abortMessage() {
        return abortMessage == null ? "" : abortMessage;
    }

    /** Sets the fields about abort and pauses. */
    void settlePauses() {
        RolloutStatus before = situation.status();
        if (isAborted()) {
            Instant since = before.abortedAt() == null ? situation.now() : before.abortedAt();
            status(s -> s.withAbort(true).withAbortedAt(since));
            return;
        }
        if (clearPauses) {
            return;
        }
        List<PauseCondition> pauses = new ArrayList<>();
        boolean controllerPause = before.controllerPause();
        for (PauseCondition pause : before.pauseConditions()) {
            if (!pausesToRemove.contains(pause.reason())) {
                pauses.add(pause);
            }
        }
        for (String reason : pausesToAdd) {
            if (situation.pause(reason).isEmpty()) {
                pauses.add(new PauseCondition(MapValue.EMPTY).withReason(reason).withStartTime(situation.now()));
                controllerPause = true;
            }
        }
        if (!pauses.isEmpty()) {
            boolean paused = controllerPause;
            status(s -> s.withPauseConditions(pauses).withControllerPause(paused));
        }
    }

    Plan plan() {
        return new Plan(List.copyOf(actions), status, List.copyOf(notes), again);
    }
}
