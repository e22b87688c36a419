package dev.proa.delivery.argo;

import dev.proa.api.value.IntOrString;
import dev.proa.api.value.MapValue;
import dev.proa.api.view.View;
import dev.proa.api.view.Views;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Gives the new version a growing share of pods or traffic, in steps. */
public record CanaryStrategy(MapValue value) implements View {
    /** The service that selects the canary; empty for none. */
    public String canaryService() {
        return value.string("canaryService");
    }

    /** The service that selects the stable version; empty for none. */
    public String stableService() {
        return value.string("stableService");
    }

    /** What is done in which order; without any it is a rolling update. */
    public List<CanaryStep> steps() {
        return Views.list(value.list("steps"), CanaryStep::new);
    }

    /** Who splits traffic; null when only the numbers of pods do. */
    public @Nullable RolloutTrafficRouting trafficRouting() {
        return value.get("trafficRouting") instanceof MapValue map ? new RolloutTrafficRouting(map) : null;
    }

    /** As a number or percentage; null means 25%. */
    public @Nullable IntOrString maxUnavailable() {
        return has("maxUnavailable") ? IntOrString.from(value.get("maxUnavailable")) : null;
    }

    /** As a number or percentage; null means 25%. */
    public @Nullable IntOrString maxSurge() {
        return has("maxSurge") ? IntOrString.from(value.get("maxSurge")) : null;
    }

    /** Runs beside the steps. */
    public @Nullable RolloutAnalysisBackground analysis() {
        return value.get("analysis") instanceof MapValue map ? new RolloutAnalysisBackground(map) : null;
    }

    /** Keeps pods of the two versions on different nodes. */
    public @Nullable AntiAffinity antiAffinity() {
        return value.get("antiAffinity") instanceof MapValue map ? new AntiAffinity(map) : null;
    }

    /** Labels and annotations of canary pods. */
    public @Nullable PodTemplateMetadata canaryMetadata() {
        return value.get("canaryMetadata") instanceof MapValue map ? new PodTemplateMetadata(map) : null;
    }

    /** Labels and annotations of stable pods. */
    public @Nullable PodTemplateMetadata stableMetadata() {
        return value.get("stableMetadata") instanceof MapValue map ? new PodTemplateMetadata(map) : null;
    }

    /** Seconds that old pods are kept after the update, with traffic routing. */
    public int scaleDownDelaySeconds() {
        return (int) value.integer("scaleDownDelaySeconds", 30);
    }

    /** How many old ReplicaSets may wait for their delay. */
    public @Nullable Integer scaleDownDelayRevisionLimit() {
        return value.get("scaleDownDelayRevisionLimit") instanceof Long number ? number.intValue() : null;
    }

    /** Seconds that canary pods are kept after an abort, with traffic routing; 0 for ever. */
    public int abortScaleDownDelaySeconds() {
        return (int) value.integer("abortScaleDownDelaySeconds", 30);
    }

    /** Whether stable pods become fewer as traffic moves, with traffic routing. */
    public boolean dynamicStableScale() {
        return value.bool("dynamicStableScale");
    }

    /** Two services that take turns at being stable. */
    public @Nullable PingPong pingPong() {
        return value.get("pingPong") instanceof MapValue map ? new PingPong(map) : null;
    }

    /** A ReplicaSet that has any pods has this many, with traffic routing. */
    public int minPodsPerReplicaSet() {
        return (int) value.integer("minPodsPerReplicaSet", 1);
    }

    /** How many pods must be available for a weight step to end; null for all. */
    public @Nullable ReplicaProgressThreshold replicaProgressThreshold() {
        return value.get("replicaProgressThreshold") instanceof MapValue map ? new ReplicaProgressThreshold(map) : null;
    }
}
