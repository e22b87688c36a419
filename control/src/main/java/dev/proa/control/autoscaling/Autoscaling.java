package dev.proa.control.autoscaling;

import dev.proa.api.autoscaling.v1.Scale;
import dev.proa.api.autoscaling.v2.HPAScalingRules;
import dev.proa.api.autoscaling.v2.HorizontalPodAutoscaler;
import dev.proa.api.autoscaling.v2.HorizontalPodAutoscalerBehavior;
import dev.proa.api.autoscaling.v2.MetricSpec;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.selector.LabelSelector;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.client.ObjectKey;
import dev.proa.control.autoscaling.AutoscalerMetrics.Action;
import dev.proa.control.autoscaling.AutoscalerMetrics.Fault;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One reconciliation of an autoscaler: decides how many replicas its workload is to have, and drafts its status. Reads metrics, and writes
 * nothing.
 *
 * @param scale of the workload
 * @param history of the autoscaler, which learns what the metrics call for
 * @param selectors of all autoscalers
 * @param pods the pods of the autoscaler's namespace that a selector selects
 */
record Autoscaling(
        HorizontalPodAutoscaler autoscaler,
        Scale scale,
        StatusDraft draft,
        ScalingHistory history,
        TargetSelectors selectors,
        Function<LabelSelector, List<Pod>> pods,
        MetricsSource source,
        AutoscalerMetrics metrics,
        AutoscalerConfig config,
        Instant now) {

    /** What all metrics together call for. */
    private sealed interface Recommendation {
        record Valid(
                int replicas,
                String metric,
                ListValue statuses,
                @Nullable String error) implements Recommendation {}

        record Invalid(ListValue statuses, String error) implements Recommendation {}
    }

    /** Decides, and drafts the status; a rescaling is then {@link #rescaled} or {@link #refused}. */
    Decision decide() {
        int current = scale.spec().replicas();
        draft.set(
                StatusDraft.ABLE_TO_SCALE,
                true,
                "SucceededGetScale",
                "the HPA controller was able to get the target's current scale");
        history.begin(current, now);
        Decision decision = decide(current);
        switch (decision) {
            case Decision.Failed(ListValue statuses, String error) -> {
                draft.countFailed(current, statuses);
                draft.warn("FailedComputeMetricsReplicas", error);
            }
            case Decision.Keep keep -> {
                draft.count(current, current, keep.metrics(), false);
                metrics.desired(ObjectKey.of(autoscaler.value()), current);
            }
            case Decision.Rescale rescale -> {}
        }
        return decision;
    }

    private Decision decide(int current) {
        int min = min();
        int max = autoscaler.spec().maxReplicas();
        if (current == 0 && !isToBeBroughtBack()) {
            draft.set(
                    StatusDraft.SCALING_ACTIVE,
                    false,
                    "ScalingDisabled",
                    "scaling is disabled since the replica count of the target is zero");
            if (!config.scaleToZero()) {
                draft.remove(StatusDraft.SCALED_TO_ZERO);
            }
            return new Decision.Keep(ListValue.EMPTY, null);
        }
        if (current > max) {
            return new Decision.Rescale(
                    max, "Current number of replicas above Spec.MaxReplicas", ListValue.EMPTY, null);
        }
        if (current != 0 && current < min) {
            return new Decision.Rescale(
                    min, "Current number of replicas below Spec.MinReplicas", ListValue.EMPTY, null);
        }
        return switch (recommendation()) {
            case Recommendation.Invalid(ListValue statuses, String error) -> new Decision.Failed(statuses, error);
            case Recommendation.Valid valid -> rescale(valid, current, min, max);
        };
    }

    /** Drafts the status after the number of replicas was set. */
    void rescaled(Decision.Rescale rescale) {
        int current = scale.spec().replicas();
        int desired = rescale.replicas();
        draft.set(
                StatusDraft.ABLE_TO_SCALE,
                true,
                "SucceededRescale",
                "the HPA controller was able to update the target scale to " + desired);
        draft.tell("SuccessfulRescale", sizeAndReason(rescale));
        remember(current, desired);
        draft.count(current, desired, rescale.metrics(), true);
        metrics.desired(ObjectKey.of(autoscaler.value()), desired);
    }

    /** Drafts the status after the number of replicas could not be set. */
    void refused(Decision.Rescale rescale, String error) {
        draft.warn("FailedRescale", sizeAndReason(rescale) + "; error: " + error);
        draft.set(
                StatusDraft.ABLE_TO_SCALE,
                false,
                "FailedUpdateScale",
                "the HPA controller was unable to update the target scale: " + error);
        draft.countFailed(scale.spec().replicas(), rescale.metrics());
    }

    private static String sizeAndReason(Decision.Rescale rescale) {
        return "New size: " + rescale.replicas() + "; reason: " + rescale.reason();
    }

    private void remember(int current, int desired) {
        if (autoscaler.spec().hasBehavior()) {
            HorizontalPodAutoscalerBehavior behavior = autoscaler.spec().behavior();
            HPAScalingRules rules = desired > current ? behavior.scaleUp() : behavior.scaleDown();
            history.scaled(current, desired, now, ScalingLimits.longestPeriod(rules));
        }
        if (!config.scaleToZero()) {
            draft.remove(StatusDraft.SCALED_TO_ZERO);
        } else if (current > 0 && desired == 0 && min() == 0 && hasMetricsWithoutPods()) {
            draft.set(
                    StatusDraft.SCALED_TO_ZERO, true, "ScaledToZero", "the HPA controller scaled the workload to zero");
        } else {
            draft.set(
                    StatusDraft.SCALED_TO_ZERO,
                    false,
                    "NotScaledToZero",
                    "the HPA controller did not scale the workload to zero");
        }
    }

    private int min() {
        return autoscaler.spec().hasMinReplicas() ? autoscaler.spec().minReplicas() : 1;
    }

    private boolean wasScaledToZero() {
        return config.scaleToZero() && draft.is(StatusDraft.SCALED_TO_ZERO);
    }

    /** Whether it was this autoscaler that scaled the workload to zero, and not a user who wants it to be off. */
    private boolean isToBeBroughtBack() {
        return wasScaledToZero() && (min() != 0 || hasMetricsWithoutPods());
    }

    /** Whether there is a metric that has a value while there are no pods. */
    private boolean hasMetricsWithoutPods() {
        return autoscaler.spec().metrics().stream()
                .anyMatch(metric ->
                        metric.type().equals("Object") || metric.type().equals("External"));
    }

    private Decision rescale(Recommendation.Valid valid, int current, int min, int max) {
        int recommended = Math.max(valid.replicas, 0);
        String reason = "";
        if (recommended > current) {
            reason = valid.metric + " above target";
        } else if (recommended < current) {
            reason = "All metrics below target";
        }
        Normalizer normalizer = new Normalizer(history, draft, current, min, max, config.downscaleStabilization(), now);
        int desired = autoscaler.spec().hasBehavior()
                ? normalizer.normalize(recommended, autoscaler.spec().behavior())
                : normalizer.normalize(recommended);
        if (current == 0 && min != 0 && wasScaledToZero() && desired < min) {
            desired = min;
            reason = reason.isEmpty() ? "Current number of replicas below Spec.MinReplicas" : reason;
        }
        return desired == current
                ? new Decision.Keep(valid.statuses, valid.error)
                : new Decision.Rescale(desired, reason, valid.statuses, valid.error);
    }

    private Recommendation recommendation() {
        String text = scale.status().selector();
        if (text.isEmpty()) {
            return unselected(
                    "SelectorRequired",
                    "selector is required",
                    "InvalidSelector",
                    "the HPA target's scale is missing a selector");
        }
        LabelSelector selector;
        try {
            selector = LabelSelector.parse(text);
        } catch (IllegalArgumentException e) {
            String error = "couldn't convert selector into a corresponding internal selector object: " + e.getMessage();
            return unselected("InvalidSelector", error, "InvalidSelector", error);
        }
        selectors.set(ObjectKey.of(autoscaler.value()), selector);
        List<Pod> selected = pods.apply(selector);
        List<String> autoscalers = selectors.controlling(autoscaler.namespace(), selected);
        if (autoscalers.size() > 1) {
            String error = "pods by selector " + text + " are controlled by multiple HPAs: ["
                    + String.join(" ", autoscalers) + "]";
            return unselected("AmbiguousSelector", error, "AmbiguousSelector", error);
        }
        return evaluate(selector, selected);
    }

    private Recommendation unselected(String event, String error, String reason, String message) {
        draft.warn(event, error);
        draft.set(StatusDraft.SCALING_ACTIVE, false, reason, message);
        return new Recommendation.Invalid(ListValue.EMPTY, error);
    }

    private Recommendation evaluate(LabelSelector selector, List<Pod> selected) {
        int current = scale.spec().replicas();
        Tolerances tolerances = Tolerances.of(autoscaler, config.tolerance());
        MetricEvaluator evaluator = new MetricEvaluator(
                source,
                autoscaler.namespace(),
                selector,
                new ReplicaCalculator(selected, current, tolerances, config, now),
                scale.status().replicas());
        List<MetricSpec> specs = autoscaler.spec().metrics();
        List<MetricOutcome.Failed> failures = new ArrayList<>();
        ListValue statuses = ListValue.EMPTY;
        int replicas = 0;
        String name = "";
        for (MetricSpec metric : specs) {
            switch (evaluated(evaluator, metric)) {
                case MetricOutcome.Failed failed -> {
                    failures.add(failed);
                    draft.warn(failed.reason(), failed.cause());
                    statuses = statuses.plus(MapValue.of("type", ""));
                }
                case MetricOutcome.Proposed proposed -> {
                    statuses = statuses.plus(proposed.status().value());
                    if (replicas == 0 || proposed.replicas() > replicas) {
                        replicas = proposed.replicas();
                        name = proposed.metric();
                    }
                }
            }
        }
        String error = failures.isEmpty()
                ? null
                : "invalid metrics (" + failures.size() + " invalid out of " + specs.size() + "), first error is: "
                        + failures.getFirst().error();
        if (error != null && (failures.size() == specs.size() || replicas < current)) {
            MetricOutcome.Failed first = failures.getFirst();
            draft.set(
                    StatusDraft.SCALING_ACTIVE,
                    false,
                    first.reason(),
                    "the HPA was unable to compute the replica count: " + first.cause());
            return new Recommendation.Invalid(statuses, error);
        }
        draft.set(
                StatusDraft.SCALING_ACTIVE,
                true,
                "ValidMetricFound",
                "the HPA was able to successfully calculate a replica count from " + name);
        return new Recommendation.Valid(replicas, name, statuses, error);
    }

    private MetricOutcome evaluated(MetricEvaluator evaluator, MetricSpec metric) {
        long start = System.nanoTime();
        MetricOutcome outcome = evaluator.evaluate(metric);
        Duration took = Duration.ofNanos(System.nanoTime() - start);
        switch (outcome) {
            case MetricOutcome.Failed failed ->
                metrics.computed(metric.type(), Action.NONE, failed.ofSpec() ? Fault.SPEC : Fault.INTERNAL, took);
            case MetricOutcome.Proposed proposed ->
                metrics.computed(
                        metric.type(),
                        Action.of(autoscaler.status().currentReplicas(), proposed.replicas()),
                        Fault.NONE,
                        took);
        }
        return outcome;
    }
}
