package dev.proa.delivery.argo;

import dev.proa.api.value.MapValue;
import dev.proa.api.view.View;
import dev.proa.api.view.Views;
import org.jspecify.annotations.Nullable;

/** The part of a Rollout's status that only blue-green updates have. */
public record BlueGreenStatus(MapValue value) implements View {
    /** The hash that the preview service selects. */
    public String previewSelector() {
        return value.string("previewSelector");
    }

    public BlueGreenStatus withPreviewSelector(String to) {
        return new BlueGreenStatus(value.with("previewSelector", to));
    }

    /** The hash that the active service selects. */
    public String activeSelector() {
        return value.string("activeSelector");
    }

    public BlueGreenStatus withActiveSelector(String to) {
        return new BlueGreenStatus(value.with("activeSelector", to));
    }

    /** Whether the new version may get all its pods. */
    public boolean scaleUpPreviewCheckPoint() {
        return value.bool("scaleUpPreviewCheckPoint");
    }

    public BlueGreenStatus withScaleUpPreviewCheckPoint(boolean to) {
        return new BlueGreenStatus(value.with("scaleUpPreviewCheckPoint", to));
    }

    public @Nullable RolloutAnalysisRunStatus prePromotionAnalysisRunStatus() {
        return value.get("prePromotionAnalysisRunStatus") instanceof MapValue map
                ? new RolloutAnalysisRunStatus(map)
                : null;
    }

    public BlueGreenStatus withPrePromotionAnalysisRunStatus(@Nullable RolloutAnalysisRunStatus to) {
        return new BlueGreenStatus(Views.with(value, "prePromotionAnalysisRunStatus", to == null ? null : to.value()));
    }

    public @Nullable RolloutAnalysisRunStatus postPromotionAnalysisRunStatus() {
        return value.get("postPromotionAnalysisRunStatus") instanceof MapValue map
                ? new RolloutAnalysisRunStatus(map)
                : null;
    }

    public BlueGreenStatus withPostPromotionAnalysisRunStatus(@Nullable RolloutAnalysisRunStatus to) {
        return new BlueGreenStatus(Views.with(value, "postPromotionAnalysisRunStatus", to == null ? null : to.value()));
    }
}
