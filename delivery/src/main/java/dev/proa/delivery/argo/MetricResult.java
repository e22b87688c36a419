package dev.proa.delivery.argo;

import dev.proa.api.value.MapValue;
import dev.proa.api.view.View;
import dev.proa.api.view.Views;
import java.util.List;
import java.util.Map;

/** How one metric of an analysis run goes. */
public record MetricResult(MapValue value) implements View {
    public String name() {
        return value.string("name");
    }

    public MetricResult withName(String to) {
        return new MetricResult(value.with("name", to));
    }

    public String phase() {
        return value.string("phase");
    }

    public MetricResult withPhase(String to) {
        return new MetricResult(value.with("phase", to));
    }

    /** The last ones, oldest first. */
    public List<Measurement> measurements() {
        return Views.list(value.list("measurements"), Measurement::new);
    }

    public MetricResult withMeasurements(List<Measurement> to) {
        return new MetricResult(value.with("measurements", Views.values(to)));
    }

    public String message() {
        return value.string("message");
    }

    public MetricResult withMessage(String to) {
        return new MetricResult(value.with("message", to));
    }

    public int count() {
        return (int) value.integer("count", 0);
    }

    public MetricResult withCount(int to) {
        return new MetricResult(value.with("count", (long) to));
    }

    public int successful() {
        return (int) value.integer("successful", 0);
    }

    public MetricResult withSuccessful(int to) {
        return new MetricResult(value.with("successful", (long) to));
    }

    public int failed() {
        return (int) value.integer("failed", 0);
    }

    public MetricResult withFailed(int to) {
        return new MetricResult(value.with("failed", (long) to));
    }

    public int inconclusive() {
        return (int) value.integer("inconclusive", 0);
    }

    public MetricResult withInconclusive(int to) {
        return new MetricResult(value.with("inconclusive", (long) to));
    }

    public int error() {
        return (int) value.integer("error", 0);
    }

    public MetricResult withError(int to) {
        return new MetricResult(value.with("error", (long) to));
    }

    public int consecutiveError() {
        return (int) value.integer("consecutiveError", 0);
    }

    public MetricResult withConsecutiveError(int to) {
        return new MetricResult(value.with("consecutiveError", (long) to));
    }

    public int consecutiveSuccess() {
        return (int) value.integer("consecutiveSuccess", 0);
    }

    public MetricResult withConsecutiveSuccess(int to) {
        return new MetricResult(value.with("consecutiveSuccess", (long) to));
    }

    public boolean dryRun() {
        return value.bool("dryRun");
    }

    public MetricResult withDryRun(boolean to) {
        return new MetricResult(value.with("dryRun", to));
    }

    public Map<String, String> metadata() {
        return Views.strings(value.map("metadata"));
    }

    public MetricResult withMetadata(Map<String, String> to) {
        return new MetricResult(value.with("metadata", Views.values(to)));
    }
}
