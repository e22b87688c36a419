package dev.proa.delivery.argo;

import dev.proa.api.value.IntOrString;
import dev.proa.api.value.MapValue;
import dev.proa.api.view.View;
import org.jspecify.annotations.Nullable;

/** Runs the new version beside the old one and then switches a service over. */
public record BlueGreenStrategy(MapValue value) implements View {
    /** The service that the switch is about. */
    public String activeService() {
        return value.string("activeService");
    }

    /** A service that selects the new version before the switch; empty for none. */
    public String previewService() {
        return value.string("previewService");
    }

    /** Pods of the new version before the switch; null for as many as wanted. */
    public @Nullable Integer previewReplicaCount() {
        return value.get("previewReplicaCount") instanceof Long number ? number.intValue() : null;
    }

    /** Whether the switch comes without a user's promotion. */
    public boolean autoPromotionEnabled() {
        return value.get("autoPromotionEnabled") == null || value.bool("autoPromotionEnabled");
    }

    /** Seconds after which the switch comes by itself; 0 for never. */
    public int autoPromotionSeconds() {
        return (int) value.integer("autoPromotionSeconds", 0);
    }

    /** Pods that may be missing during a restart. */
    public @Nullable IntOrString maxUnavailable() {
        return has("maxUnavailable") ? IntOrString.from(value.get("maxUnavailable")) : null;
    }

    /** Seconds that old pods are kept after the switch. */
    public int scaleDownDelaySeconds() {
        return (int) value.integer("scaleDownDelaySeconds", 30);
    }

    /** How many old ReplicaSets may wait for their delay. */
    public @Nullable Integer scaleDownDelayRevisionLimit() {
        return value.get("scaleDownDelayRevisionLimit") instanceof Long number ? number.intValue() : null;
    }

    /** Runs before the switch. */
    public @Nullable RolloutAnalysis prePromotionAnalysis() {
        return value.get("prePromotionAnalysis") instanceof MapValue map ? new RolloutAnalysis(map) : null;
    }

    /** Runs after the switch. */
    public @Nullable RolloutAnalysis postPromotionAnalysis() {
        return value.get("postPromotionAnalysis") instanceof MapValue map ? new RolloutAnalysis(map) : null;
    }

    /** Keeps pods of the two versions on different nodes. */
    public @Nullable AntiAffinity antiAffinity() {
        return value.get("antiAffinity") instanceof MapValue map ? new AntiAffinity(map) : null;
    }

    /** Labels and annotations of pods before they are active. */
    public @Nullable PodTemplateMetadata previewMetadata() {
        return value.get("previewMetadata") instanceof MapValue map ? new PodTemplateMetadata(map) : null;
    }

    /** Labels and annotations of active pods. */
    public @Nullable PodTemplateMetadata activeMetadata() {
        return value.get("activeMetadata") instanceof MapValue map ? new PodTemplateMetadata(map) : null;
    }

    /** Seconds that the new pods are kept after an abort; 0 for ever. */
    public int abortScaleDownDelaySeconds() {
        return (int) value.integer("abortScaleDownDelaySeconds", 30);
    }
}
