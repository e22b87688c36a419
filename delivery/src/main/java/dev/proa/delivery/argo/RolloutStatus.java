package dev.proa.delivery.argo;

import dev.proa.api.value.MapValue;
import dev.proa.api.value.Times;
import dev.proa.api.view.View;
import dev.proa.api.view.Views;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the controller of Rollouts last saw and decided; all that it remembers is here. */
public record RolloutStatus(MapValue value) implements View {
    /** Whether the update was given up. */
    public boolean abort() {
        return value.bool("abort");
    }

    public RolloutStatus withAbort(boolean to) {
        return new RolloutStatus(value.with("abort", to));
    }

    public @Nullable Instant abortedAt() {
        return Times.parse(value.get("abortedAt"));
    }

    public RolloutStatus withAbortedAt(@Nullable Instant to) {
        return new RolloutStatus(Views.with(value, "abortedAt", to == null ? null : Times.format(to)));
    }

    /** Why the controller paused the update. */
    public List<PauseCondition> pauseConditions() {
        return Views.list(value.list("pauseConditions"), PauseCondition::new);
    }

    public RolloutStatus withPauseConditions(List<PauseCondition> to) {
        return new RolloutStatus(value.with("pauseConditions", Views.values(to)));
    }

    /** Whether the controller paused the update, so that without conditions a user has resumed it. */
    public boolean controllerPause() {
        return value.bool("controllerPause");
    }

    public RolloutStatus withControllerPause(boolean to) {
        return new RolloutStatus(value.with("controllerPause", to));
    }

    /** The hash of the pod template. */
    public String currentPodHash() {
        return value.string("currentPodHash");
    }

    public RolloutStatus withCurrentPodHash(String to) {
        return new RolloutStatus(value.with("currentPodHash", to));
    }

    /** The hash of the steps. */
    public String currentStepHash() {
        return value.string("currentStepHash");
    }

    public RolloutStatus withCurrentStepHash(String to) {
        return new RolloutStatus(value.with("currentStepHash", to));
    }

    public int replicas() {
        return (int) value.integer("replicas", 0);
    }

    public RolloutStatus withReplicas(int to) {
        return new RolloutStatus(value.with("replicas", (long) to));
    }

    public int updatedReplicas() {
        return (int) value.integer("updatedReplicas", 0);
    }

    public RolloutStatus withUpdatedReplicas(int to) {
        return new RolloutStatus(value.with("updatedReplicas", (long) to));
    }

    public int readyReplicas() {
        return (int) value.integer("readyReplicas", 0);
    }

    public RolloutStatus withReadyReplicas(int to) {
        return new RolloutStatus(value.with("readyReplicas", (long) to));
    }

    public int availableReplicas() {
        return (int) value.integer("availableReplicas", 0);
    }

    public RolloutStatus withAvailableReplicas(int to) {
        return new RolloutStatus(value.with("availableReplicas", (long) to));
    }

    /** The step that is being done; the number of steps when all are done. */
    public @Nullable Integer currentStepIndex() {
        return value.get("currentStepIndex") instanceof Long number ? number.intValue() : null;
    }

    public RolloutStatus withCurrentStepIndex(int to) {
        return new RolloutStatus(value.with("currentStepIndex", (long) to));
    }

    public int collisionCount() {
        return (int) value.integer("collisionCount", 0);
    }

    public RolloutStatus withCollisionCount(int to) {
        return new RolloutStatus(value.with("collisionCount", (long) to));
    }

    public String observedGeneration() {
        return value.string("observedGeneration");
    }

    public RolloutStatus withObservedGeneration(String to) {
        return new RolloutStatus(value.with("observedGeneration", to));
    }

    public List<Condition> conditions() {
        return Views.list(value.list("conditions"), Condition::new);
    }

    public RolloutStatus withConditions(List<Condition> to) {
        return new RolloutStatus(value.with("conditions", Views.values(to)));
    }

    public CanaryStatus canary() {
        return new CanaryStatus(value.map("canary"));
    }

    public RolloutStatus withCanary(CanaryStatus to) {
        return new RolloutStatus(value.with("canary", to.value()));
    }

    public BlueGreenStatus blueGreen() {
        return new BlueGreenStatus(value.map("blueGreen"));
    }

    public RolloutStatus withBlueGreen(BlueGreenStatus to) {
        return new RolloutStatus(value.with("blueGreen", to.value()));
    }

    /** Pods as an autoscaler counts them. */
    public int hpaReplicas() {
        return (int) value.integer("HPAReplicas", 0);
    }

    public RolloutStatus withHpaReplicas(int to) {
        return new RolloutStatus(value.with("HPAReplicas", (long) to));
    }

    /** Of the pods, for autoscalers. */
    public String selector() {
        return value.string("selector");
    }

    public RolloutStatus withSelector(String to) {
        return new RolloutStatus(value.with("selector", to));
    }

    /** The hash of the version that was rolled out last. */
    public String stableRS() {
        return value.string("stableRS");
    }

    public RolloutStatus withStableRS(String to) {
        return new RolloutStatus(value.with("stableRS", to));
    }

    public @Nullable Instant restartedAt() {
        return Times.parse(value.get("restartedAt"));
    }

    public RolloutStatus withRestartedAt(@Nullable Instant to) {
        return new RolloutStatus(Views.with(value, "restartedAt", to == null ? null : Times.format(to)));
    }

    /** Whether the user asked to skip all that remains. */
    public boolean promoteFull() {
        return value.bool("promoteFull");
    }

    public RolloutStatus withPromoteFull(boolean to) {
        return new RolloutStatus(value.with("promoteFull", to));
    }

    /** {@code Healthy}, {@code Degraded}, {@code Progressing} or {@code Paused}. */
    public String phase() {
        return value.string("phase");
    }

    public RolloutStatus withPhase(String to) {
        return new RolloutStatus(value.with("phase", to));
    }

    public String message() {
        return value.string("message");
    }

    public RolloutStatus withMessage(String to) {
        return new RolloutStatus(value.with("message", to));
    }

    public String workloadObservedGeneration() {
        return value.string("workloadObservedGeneration");
    }

    public RolloutStatus withWorkloadObservedGeneration(String to) {
        return new RolloutStatus(value.with("workloadObservedGeneration", to));
    }
}
