package dev.proa.delivery.rollout;

import dev.proa.api.value.MapValue;
import dev.proa.delivery.argo.AnalysisPhases;
import dev.proa.delivery.argo.CanaryStep;
import dev.proa.delivery.argo.CanaryStrategy;
import dev.proa.delivery.argo.Experiment;
import dev.proa.delivery.argo.RolloutExperimentStep;
import dev.proa.delivery.argo.RolloutExperimentTemplate;
import dev.proa.delivery.argo.TrafficWeights;
import dev.proa.delivery.argo.WeightDestination;
import dev.proa.delivery.traffic.TrafficRouterFactory.Services;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Splits the traffic of a canary update with a router.
 *
 * <p>Weights follow pods: the canary gets weight only when its pods for it are available, and the stable version only gives away what others can
 * take. A weight goes to the router, then into the status, and only then does its step end; so a controller that starts anew finds in the status
 * what the router was told, or tells it again.
 */
final class CanaryTraffic {
    private static final Duration VERIFY_AGAIN = Duration.ofSeconds(10);

    private final Draft draft;
    private final Situation s;

    private CanaryTraffic(Draft draft) {
        this.draft = draft;
        this.s = draft.situation;
    }

    static void plan(Draft draft) {
        if (draft.situation.hasRouting()) {
            new CanaryTraffic(draft).plan();
        }
    }

    /** Whether an update was left for the stable version, whose pods must come back before traffic does. */
    static boolean isReturningToStable(Situation s) {
        TrafficWeights weights = s.status().canary().weights();
        return s.isPromoted()
                && s.isDynamic()
                && weights != null
                && !weights.canary().podTemplateHash().equals(s.current().hash())
                && s.current().available() < s.replicas();
    }

    /** The canary's weight on the way back: with a dynamic stable version only as little as the stable pods can do without. */
    static int weightAfterAbort(Situation s) {
        Version stable = s.stable();
        if (!s.isDynamic() || stable == null || s.replicas() == 0) {
            return 0;
        }
        int most = s.maxWeight();
        int desired = CanaryCounts.desiredWeight(s);
        int carried = most * stable.available() / s.replicas();
        int needed = Math.max(0, most - carried);
        TrafficWeights weights = s.status().canary().weights();
        if (weights == null) {
            return Math.max(needed, desired);
        }
        int now = weights.canary().weight();
        if (desired <= 0) {
            return Math.min(needed, now);
        }
        return carried < most - desired ? now : Math.min(desired, now);
    }

    /** Whether the router should be asked if it has taken over the weights: at a step that sets one, and at the end. */
    static boolean asksRouter(Situation s) {
        CanaryStep step = s.step();
        TrafficWeights weights = s.status().canary().weights();
        if (weights == null || s.status().stableRS().isEmpty() || s.isPromoted()) {
            return false;
        }
        return step == null ? weights.canary().weight() == s.maxWeight() : step.setWeight() != null;
    }

    private void plan() {
        Integer index = s.stepIndex();
        String canaryHash = s.current().hash();
        int weight = 0;
        List<WeightDestination> additional = List.of();
        if (isReturningToStable(s)) {
            weight = weightAfterAbort(s);
            canaryHash = Objects.requireNonNull(s.status().canary().weights())
                    .canary()
                    .podTemplateHash();
        } else if (s.isPromoted()) {
            draft.add(new Action.RemoveRoutes());
        } else if (draft.isAborted()) {
            weight = weightAfterAbort(s);
            draft.add(new Action.RemoveRoutes());
        } else if (s.current().available() == 0) {
            additional = experimentWeights();
            draft.add(new Action.RemoveRoutes()); // they would lead to a canary without pods
        } else if (s.status().promoteFull()) {
            weight = promotedWeight();
            draft.add(new Action.RemoveRoutes());
        } else if (index == null) {
            weight = CanaryCounts.reached(s, null) ? s.maxWeight() : 0;
        } else if (!CanaryCounts.reached(s, null)) {
            weight = CanaryCounts.weightBefore(s, Math.min(index, s.steps().size()));
            additional = experimentWeights();
        } else if (index < s.steps().size()) {
            weight = CanaryCounts.currentWeight(s);
            additional = experimentWeights();
        } else {
            weight = s.maxWeight();
        }
        if (stableCanTake(s.maxWeight() - weight)) {
            routes();
            split(canaryHash, weight, additional);
        }
    }

    /** All traffic goes to a canary that was promoted at once only as its pods become available. */
    private int promotedWeight() {
        if (s.isDynamic()) {
            return s.maxWeight() * s.current().available() / Math.max(1, s.replicas());
        }
        if (CanaryCounts.meetsThreshold(s, s.current(), s.replicas())) {
            return s.maxWeight();
        }
        TrafficWeights weights = s.status().canary().weights();
        return weights == null ? 0 : weights.canary().weight();
    }

    private boolean stableCanTake(int weight) {
        Version stable = s.stable();
        if (stable == null) {
            return false;
        }
        int needed = weight * s.replicas() / s.maxWeight();
        return stable.available() >= needed || CanaryCounts.meetsThreshold(s, stable, needed);
    }

    private void routes() {
        CanaryStep step = s.step();
        if (step == null || s.isPromoted() || draft.isAborted()) {
            return;
        }
        var header = step.setHeaderRoute();
        if (header != null) {
            draft.add(new Action.HeaderRoute(header));
        }
        var mirror = step.setMirrorRoute();
        if (mirror != null) {
            draft.add(new Action.MirrorRoute(mirror));
        }
    }

    private void split(String canaryHash, int weight, List<WeightDestination> additional) {
        TrafficWeights before = s.status().canary().weights();
        String stableHash = Objects.requireNonNull(s.stable()).hash();
        boolean weightFirst = s.current().available() == 0
                && before != null
                && before.canary().weight() > 0;
        draft.add(new Action.Split(canaryHash, stableHash, weight, additional, weightFirst));
        TrafficWeights next = weights(canaryHash, stableHash, weight, additional);
        if (before == null || !same(before, next)) {
            draft.weightsChanged = true;
            draft.note("TrafficWeightUpdated", "Traffic weight updated " + change(before, next));
        } else if (asksRouter(s)) {
            next = next.withVerified(s.verified());
            if (Boolean.FALSE.equals(s.verified())) {
                draft.again(s.now().plus(VERIFY_AGAIN));
            }
        } else if (before.verified() != null) {
            next = next.withVerified(before.verified());
        }
        TrafficWeights settled = next;
        draft.canary(c -> c.withWeights(settled));
    }

    private TrafficWeights weights(
            String canaryHash, String stableHash, int weight, List<WeightDestination> additional) {
        CanaryStrategy canary = Objects.requireNonNull(s.canary());
        Services names = ServiceParts.of(canary, s.status().canary().stablePingPong());
        int others = additional.stream().mapToInt(WeightDestination::weight).sum();
        TrafficWeights weights = new TrafficWeights(MapValue.EMPTY)
                .withCanary(destination(names.canary(), canaryHash, weight))
                .withStable(destination(names.stable(), stableHash, s.maxWeight() - weight - others));
        return additional.isEmpty() ? weights : weights.withAdditional(additional);
    }

    private static WeightDestination destination(String service, String hash, int weight) {
        MapValue.Builder value = MapValue.builder(3).put("weight", (long) weight);
        if (!service.isEmpty()) {
            value.put("serviceName", service);
        }
        if (!hash.isEmpty()) {
            value.put("podTemplateHash", hash);
        }
        return new WeightDestination(value.build());
    }

    private static boolean same(TrafficWeights one, TrafficWeights other) {
        return one.value().without("verified").equals(other.value().without("verified"));
    }

    private static String change(@Nullable TrafficWeights before, TrafficWeights next) {
        int to = next.canary().weight();
        List<String> parts = new ArrayList<>();
        if (before == null) {
            parts.add("to " + to);
        } else if (before.canary().weight() != to) {
            parts.add("from " + before.canary().weight() + " to " + to);
        }
        if (before != null
                && !before.value().list("additional").equals(next.value().list("additional"))) {
            parts.add("additional: "
                    + next.additional().stream()
                            .map(other -> other.serviceName() + " " + other.weight())
                            .toList());
        }
        return String.join(", ", parts);
    }

    /** The weights of the versions of a running experiment. */
    private List<WeightDestination> experimentWeights() {
        Optional<Experiment> experiment = Experiments.current(s);
        Optional<RolloutExperimentStep> step = Experiments.step(s);
        if (experiment.isEmpty()
                || step.isEmpty()
                || !experiment.get().status().phase().equals(AnalysisPhases.RUNNING)) {
            return List.of();
        }
        List<WeightDestination> weights = new ArrayList<>();
        experiment
                .get()
                .status()
                .templateStatuses()
                .forEach(status -> step.get().templates().stream()
                        .filter(template -> template.name().equals(status.name()))
                        .map(RolloutExperimentTemplate::weight)
                        .filter(Objects::nonNull)
                        .forEach(weight ->
                                weights.add(destination(status.serviceName(), status.podTemplateHash(), weight))));
        return weights;
    }
}
