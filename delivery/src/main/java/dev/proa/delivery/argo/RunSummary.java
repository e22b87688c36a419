package dev.proa.delivery.argo;

import dev.proa.api.value.MapValue;
import dev.proa.api.view.View;

/** How many metrics came to which end. */
public record RunSummary(MapValue value) implements View {
    public int count() {
        return (int) value.integer("count", 0);
    }

    public RunSummary withCount(int to) {
        return new RunSummary(value.with("count", (long) to));
    }

    public int successful() {
        return (int) value.integer("successful", 0);
    }

    public RunSummary withSuccessful(int to) {
        return new RunSummary(value.with("successful", (long) to));
    }

    public int failed() {
        return (int) value.integer("failed", 0);
    }

    public RunSummary withFailed(int to) {
        return new RunSummary(value.with("failed", (long) to));
    }

    public int inconclusive() {
        return (int) value.integer("inconclusive", 0);
    }

    public RunSummary withInconclusive(int to) {
        return new RunSummary(value.with("inconclusive", (long) to));
    }

    public int error() {
        return (int) value.integer("error", 0);
    }

    public RunSummary withError(int to) {
        return new RunSummary(value.with("error", (long) to));
    }
}
