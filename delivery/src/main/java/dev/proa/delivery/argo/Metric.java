package dev.proa.delivery.argo;

import dev.proa.api.value.IntOrString;
import dev.proa.api.value.MapValue;
import dev.proa.api.view.View;
import org.jspecify.annotations.Nullable;

/** A metric, how often it is measured, and what is good or bad. */
public record Metric(MapValue value) implements View {
    public String name() {
        return value.string("name");
    }

    /** Such as {@code 30s}; empty for a single measurement. */
    public String interval() {
        return value.string("interval");
    }

    /** Such as {@code 1m}. */
    public String initialDelay() {
        return value.string("initialDelay");
    }

    /** How many measurements; null or 0 without end. */
    public @Nullable IntOrString count() {
        return has("count") ? IntOrString.from(value.get("count")) : null;
    }

    /** An expression over {@code result}. */
    public String successCondition() {
        return value.string("successCondition");
    }

    /** An expression over {@code result}. */
    public String failureCondition() {
        return value.string("failureCondition");
    }

    /** More failures than this fail the metric; null means 0. */
    public @Nullable IntOrString failureLimit() {
        return has("failureLimit") ? IntOrString.from(value.get("failureLimit")) : null;
    }

    /** More undecided measurements than this make the metric inconclusive; null means 0. */
    public @Nullable IntOrString inconclusiveLimit() {
        return has("inconclusiveLimit") ? IntOrString.from(value.get("inconclusiveLimit")) : null;
    }

    /** More errors in a row than this are an error of the metric; null means 4. */
    public @Nullable IntOrString consecutiveErrorLimit() {
        return has("consecutiveErrorLimit") ? IntOrString.from(value.get("consecutiveErrorLimit")) : null;
    }

    /** This many successes in a row make the metric successful; null means 0, which is none. */
    public @Nullable IntOrString consecutiveSuccessLimit() {
        return has("consecutiveSuccessLimit") ? IntOrString.from(value.get("consecutiveSuccessLimit")) : null;
    }

    public MetricProvider provider() {
        return new MetricProvider(value.map("provider"));
    }
}
