package dev.proa.delivery.rollout;

import dev.proa.api.core.v1.Pod;
import dev.proa.api.core.v1.Service;
import dev.proa.delivery.argo.AnalysisRun;
import dev.proa.delivery.argo.AnalysisTemplateSpec;
import dev.proa.delivery.argo.Argo;
import dev.proa.delivery.argo.BlueGreenStrategy;
import dev.proa.delivery.argo.CanaryStep;
import dev.proa.delivery.argo.CanaryStrategy;
import dev.proa.delivery.argo.Experiment;
import dev.proa.delivery.argo.PauseCondition;
import dev.proa.delivery.argo.Rollout;
import dev.proa.delivery.argo.RolloutSpec;
import dev.proa.delivery.argo.RolloutStatus;
import dev.proa.delivery.argo.RolloutTrafficRouting;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What a decision about a Rollout is made from.
 *
 * @param rollout with the template and selector of the workload that it refers to
 * @param current the version of its pod template
 * @param stable the version that was rolled out last; null before there is one
 * @param others all further versions
 * @param services those that it names, by name
 * @param runs all analysis runs of its namespace
 * @param experiments all experiments of its namespace
 * @param templates the specs of analysis templates, by {@link #templateKey}
 * @param verified whether the router has taken over the weights in the status; null when it was not asked, or cannot tell
 * @param pods those of all its versions; only there when pods are to be restarted or their metadata differ
 */
record Situation(
        Rollout rollout,
        Version current,
        @Nullable Version stable,
        List<Version> others,
        Map<String, Service> services,
        List<AnalysisRun> runs,
        List<Experiment> experiments,
        Map<String, AnalysisTemplateSpec> templates,
        @Nullable Boolean verified,
        List<Pod> pods,
        Instant now) {

    /** The key of a template in {@link #templates}. */
    static String templateKey(String name, boolean clusterScope) {
        return (clusterScope ? "cluster/" : "") + name;
    }

    RolloutSpec spec() {
        return rollout.spec();
    }

    RolloutStatus status() {
        return rollout.status();
    }

    @Nullable
    CanaryStrategy canary() {
        return spec().strategy().canary();
    }

    @Nullable
    BlueGreenStrategy blueGreen() {
        return spec().strategy().blueGreen();
    }

    int replicas() {
        return spec().replicas();
    }

    /** All versions, each once. */
    List<Version> all() {
        List<Version> all = new ArrayList<>(others);
        all.add(current);
        if (stable != null && !isSame(stable, current)) {
            all.add(stable);
        }
        return all;
    }

    /** The stable version when it is another than the current one. */
    Optional<Version> otherStable() {
        return stable == null || isSame(stable, current) ? Optional.empty() : Optional.of(stable);
    }

    Optional<Version> withHash(String hash) {
        return all().stream().filter(version -> version.hash().equals(hash)).findFirst();
    }

    private static boolean isSame(Version one, Version other) {
        return one.name().equals(other.name());
    }

    /** The traffic routing of a canary update; null when there is none. */
    @Nullable
    RolloutTrafficRouting routing() {
        return of(canary(), CanaryStrategy::trafficRouting);
    }

    boolean hasRouting() {
        return routing() != null;
    }

    int maxWeight() {
        RolloutTrafficRouting routing = routing();
        return routing == null ? 100 : routing.maxTrafficWeight();
    }

    boolean isDynamic() {
        CanaryStrategy canary = canary();
        return canary != null && hasRouting() && canary.dynamicStableScale();
    }

    /** Whether the status says that the current version is the stable one. */
    boolean isPromoted() {
        return status().stableRS().equals(status().currentPodHash());
    }

    List<CanaryStep> steps() {
        CanaryStrategy canary = canary();
        return canary == null ? List.of() : canary.steps();
    }

    /** The index of the present step; the number of steps when all are done; null without steps. */
    @Nullable
    Integer stepIndex() {
        return steps().isEmpty() ? null : Objects.requireNonNullElse(status().currentStepIndex(), 0);
    }

    /** The present step; null when there is none, or no more. */
    @Nullable
    CanaryStep step() {
        Integer index = stepIndex();
        return index == null || index >= steps().size() ? null : steps().get(index);
    }

    boolean isPaused() {
        return spec().paused() || !status().pauseConditions().isEmpty();
    }

    Optional<PauseCondition> pause(String reason) {
        return status().pauseConditions().stream()
                .filter(pause -> pause.reason().equals(reason))
                .findFirst();
    }

    /** Whether nothing may be scaled or switched, since a user paused it or an analysis came to no result. */
    boolean isHalted() {
        return spec().paused() || pause(Pauses.INCONCLUSIVE_ANALYSIS).isPresent();
    }

    /** Whether the pod template is not the one of the last decision. */
    boolean templateChanged() {
        return !status().currentPodHash().isEmpty()
                && !status().currentPodHash().equals(current.hash());
    }

    /** Whether the steps are not those of the last decision. */
    boolean stepsChanged() {
        return !status().currentStepHash().equals(Hashes.ofSteps(canary()));
    }

    /** Whether the current version is a former one, and few enough updates back to skip the steps. */
    boolean isWithinRollbackWindow() {
        var window = spec().rollbackWindow();
        if (window == null || window.revisions() <= 0 || stable == null || !isOlder(current, stable)) {
            return false;
        }
        long between = all().stream()
                .filter(version -> !version.isExperiment())
                .filter(version -> isOlder(version, stable) && isOlder(current, version))
                .count();
        return between < window.revisions();
    }

    private static boolean isOlder(Version one, Version other) {
        return one.born().isBefore(other.born());
    }

    /** Whether the update goes back to the stable version, or to one that still has its pods, so that nothing need be tried. */
    boolean isFastRollback() {
        if (stable == null) {
            return false;
        }
        boolean kept = blueGreen() != null
                && isOlder(current, stable)
                && current.deadline().filter(now::isBefore).isPresent();
        return kept || isWithinRollbackWindow() || status().stableRS().equals(current.hash());
    }

    /** The hash that a service selects; empty when it selects none, or is not there. */
    String selected(String service) {
        Service found = services.get(service);
        return found == null ? "" : found.spec().selector().getOrDefault(Argo.POD_TEMPLATE_HASH, "");
    }

    private static <T, R> @Nullable R of(@Nullable T value, Function<T, @Nullable R> field) {
        return value == null ? null : field.apply(value);
    }
}
