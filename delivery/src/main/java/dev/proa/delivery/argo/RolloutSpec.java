package dev.proa.delivery.argo;

import dev.proa.api.core.v1.PodTemplateSpec;
import dev.proa.api.meta.v1.LabelSelector;
import dev.proa.api.value.MapValue;
import dev.proa.api.value.Times;
import dev.proa.api.view.View;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** What a Rollout wants. */
public record RolloutSpec(MapValue value) implements View {
    /** How many pods. */
    public int replicas() {
        return (int) value.integer("replicas", 1);
    }

    /** Selects the pods; with {@link #workloadRef} it may be absent. */
    public LabelSelector selector() {
        return new LabelSelector(value.map("selector"));
    }

    /** The pods' template; absent with {@link #workloadRef}. */
    public PodTemplateSpec template() {
        return new PodTemplateSpec(value.map("template"));
    }

    public RolloutSpec withTemplate(PodTemplateSpec to) {
        return new RolloutSpec(value.with("template", to.value()));
    }

    /** The workload whose template is rolled out. */
    public @Nullable ObjectRef workloadRef() {
        return value.get("workloadRef") instanceof MapValue map ? new ObjectRef(map) : null;
    }

    /** Seconds for which a pod must be ready to count as available. */
    public int minReadySeconds() {
        return (int) value.integer("minReadySeconds", 0);
    }

    /** How far back an update counts as a rollback, which skips steps. */
    public @Nullable RollbackWindow rollbackWindow() {
        return value.get("rollbackWindow") instanceof MapValue map ? new RollbackWindow(map) : null;
    }

    /** How a new template comes to run. */
    public RolloutStrategy strategy() {
        return new RolloutStrategy(value.map("strategy"));
    }

    /** How many old ReplicaSets are kept. */
    public int revisionHistoryLimit() {
        return (int) value.integer("revisionHistoryLimit", 10);
    }

    /** Whether the user paused it. */
    public boolean paused() {
        return value.bool("paused");
    }

    /** Seconds without progress after which it counts as failed. */
    public int progressDeadlineSeconds() {
        return (int) value.integer("progressDeadlineSeconds", 600);
    }

    /** Whether it is aborted when the deadline passes. */
    public boolean progressDeadlineAbort() {
        return value.bool("progressDeadlineAbort");
    }

    /** Pods from before this time are replaced. */
    public @Nullable Instant restartAt() {
        return Times.parse(value.get("restartAt"));
    }

    /** How many finished analysis runs and experiments are kept. */
    public AnalysisRunStrategy analysis() {
        return new AnalysisRunStrategy(value.map("analysis"));
    }
}
