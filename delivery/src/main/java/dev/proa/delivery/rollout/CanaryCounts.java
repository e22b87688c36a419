package dev.proa.delivery.rollout;

import dev.proa.api.value.IntOrString;
import dev.proa.delivery.argo.CanaryStep;
import dev.proa.delivery.argo.CanaryStrategy;
import dev.proa.delivery.argo.ReplicaProgressThreshold;
import dev.proa.delivery.argo.SetCanaryScale;
import dev.proa.delivery.argo.TrafficWeights;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How many pods the versions of a canary update are to have now.
 *
 * @param current of the current version
 * @param stable of the stable version, when it is another one
 */
record CanaryCounts(int current, int stable) {
    private static final IntOrString QUARTER = IntOrString.of("25%");

    /** The numbers for the present step; {@code weights} are those that hold now, null without traffic routing. */
    static CanaryCounts of(Situation s, @Nullable TrafficWeights weights) {
        return s.hasRouting() ? routed(s, weights) : basic(s);
    }

    /** Whether the versions have the pods that the present step asks for. */
    static boolean reached(Situation s, @Nullable TrafficWeights weights) {
        CanaryCounts wanted = of(s, weights);
        if (!meetsThreshold(s, s.current(), wanted.current)) {
            return false;
        }
        Version stable = s.stable();
        if (!s.isDynamic()
                && (stable == null || stable.wanted() != wanted.stable || stable.actual() != wanted.stable)) {
            return false;
        }
        return s.hasRouting() || s.others().stream().allMatch(other -> other.available() == 0);
    }

    /** Whether enough pods of {@code version} are available: {@code desired}, or what {@code replicaProgressThreshold} says. */
    static boolean meetsThreshold(Situation s, Version version, int desired) {
        CanaryStrategy canary = Objects.requireNonNull(s.canary());
        ReplicaProgressThreshold threshold = canary.replicaProgressThreshold();
        if (threshold == null || threshold.amount() < 0) {
            return version.wanted() == desired && version.available() == desired;
        }
        return threshold.type().equals("Percent")
                ? desired == 0 || 100L * version.available() >= (long) threshold.amount() * desired
                : version.available() >= threshold.amount();
    }

    /** The weight of the last {@code setWeight} up to the present step; all of it when no step remains, none after an abort. */
    static int currentWeight(Situation s) {
        Integer index = s.stepIndex();
        if (s.status().abort()) {
            return 0;
        }
        return index == null || index >= s.steps().size() ? s.maxWeight() : weightBefore(s, index + 1);
    }

    /** The weight of the last {@code setWeight} among the first {@code count} steps; 0 when there is none. */
    static int weightBefore(Situation s, int count) {
        for (CanaryStep step : s.steps().subList(0, count).reversed()) {
            Integer weight = step.setWeight();
            if (weight != null) {
                return weight;
            }
        }
        return 0;
    }

    /** The weight that the canary is to have; after an abort with a dynamic stable version it goes down step by step. */
    static int desiredWeight(Situation s) {
        Version stable = s.stable();
        if (!s.status().abort() || !s.isDynamic() || stable == null) {
            return currentWeight(s);
        }
        int missing = Math.max(s.replicas() - stable.available(), s.current().available());
        for (CanaryStep step : s.steps().reversed()) {
            Integer weight = step.setWeight();
            if (weight != null && share(s, weight) < missing) {
                return weight;
            }
        }
        return 0;
    }

    static int maxUnavailable(Situation s) {
        int replicas = s.replicas();
        CanaryStrategy canary = s.canary();
        if (canary == null) {
            IntOrString value = s.blueGreen() == null ? null : s.blueGreen().maxUnavailable();
            return Math.min(Objects.requireNonNullElse(value, QUARTER).scaled(replicas, false), replicas);
        }
        int unavailable =
                Objects.requireNonNullElse(canary.maxUnavailable(), QUARTER).scaled(replicas, false);
        if (unavailable == 0 && maxSurge(s) == 0) {
            unavailable = 1; // rounding must not leave an update without any way to go on
        }
        return Math.min(unavailable, replicas);
    }

    static int maxSurge(Situation s) {
        CanaryStrategy canary = s.canary();
        return canary == null
                ? 0
                : Objects.requireNonNullElse(canary.maxSurge(), QUARTER).scaled(s.replicas(), true);
    }

    /** With a traffic router the numbers follow the weights exactly, and {@code setCanaryScale} may say otherwise. */
    private static CanaryCounts routed(Situation s, @Nullable TrafficWeights weights) {
        SetCanaryScale scale = isUnquestioned(s) ? null : canaryScale(s);
        Integer fixed = scale == null ? null : scale.replicas();
        Integer scaleWeight = scale == null || fixed != null ? null : scale.weight();
        int weight = isUnquestioned(s)
                ? s.maxWeight()
                : fixed != null ? 0 : scaleWeight != null ? scaleWeight : desiredWeight(s);
        int current = fixed != null ? fixed : atLeast(s, share(s, weight));
        if (!s.isDynamic()) {
            return new CanaryCounts(current, s.replicas());
        }
        int stable = share(s, s.maxWeight() - weight);
        if (weights != null) {
            stable = Math.max(stable, share(s, weights.stable().weight()));
            if (s.status().abort()) {
                current = Math.max(current, share(s, weights.canary().weight()));
            }
        }
        return new CanaryCounts(atLeast(s, current), atLeast(s, stable));
    }

    /** Whether the current version gets everything: a first one, one that is stable, and one that was promoted with all steps. */
    private static boolean isUnquestioned(Situation s) {
        return s.status().promoteFull() || s.status().stableRS().isEmpty() || s.isPromoted();
    }

    private static @Nullable SetCanaryScale canaryScale(Situation s) {
        Integer index = s.stepIndex();
        if (index == null || index >= s.steps().size() || s.status().abort() && !Delays.keepsForEver(s)) {
            return null;
        }
        for (CanaryStep step : s.steps().subList(0, index + 1).reversed()) {
            SetCanaryScale scale = step.setCanaryScale();
            if (scale != null) {
                return scale.matchTrafficWeight() ? null : scale;
            }
        }
        return null;
    }

    /** The pods for a share of the traffic, rounded up. */
    private static int share(Situation s, int weight) {
        return Math.ceilDiv(weight * s.replicas(), s.maxWeight());
    }

    private static int atLeast(Situation s, int count) {
        int least = Objects.requireNonNull(s.canary()).minPodsPerReplicaSet();
        return count == 0 ? 0 : Math.max(count, Math.min(least, s.replicas()));
    }

    /**
     * Without a traffic router the share of pods is the share of traffic. Pods come and go within {@code maxSurge} and {@code maxUnavailable}:
     * the stable version grows before the current one, others shrink before either.
     */
    private static CanaryCounts basic(Situation s) {
        Version current = s.current();
        Version stable = s.otherStable().orElse(null);
        int replicas = s.replicas();
        CanaryCounts goal = stable == null
                ? new CanaryCounts(replicas, 0)
                : nearest(replicas, isUnquestioned(s) ? s.maxWeight() : desiredWeight(s), s.maxWeight(), maxSurge(s));
        int old = s.others().stream().mapToInt(Version::wanted).sum();
        int stableNow = stable == null ? 0 : stable.wanted();
        int most = replicas + maxSurge(s);
        int room = Math.max(0, most - old - current.wanted() - stableNow);
        int stableNext = grown(stableNow, goal.stable, room);
        int currentNext = grown(current.wanted(), goal.current, room - (stableNext - stableNow));
        if (old > 0) {
            return new CanaryCounts(currentNext, stableNext);
        }
        boolean growing = goal.current >= current.wanted();
        int least = replicas - maxUnavailable(s);
        int spare = spare(current, !growing) + (stable == null ? 0 : spare(stable, growing)) - least;
        if (spare <= 0) {
            return new CanaryCounts(currentNext, stableNext);
        }
        if (!growing) {
            int shrunk = shrunk(current, goal.current, spare, currentNext);
            int[] both = within(current, stable, shrunk, stableNext, most, least);
            return new CanaryCounts(both[0], both[1]);
        }
        if (stable != null) {
            int shrunk = shrunk(stable, goal.stable, spare, stableNext);
            int[] both = within(stable, current, shrunk, currentNext, most, least);
            return new CanaryCounts(both[1], both[0]);
        }
        return new CanaryCounts(currentNext, stableNext);
    }

    private static int grown(int now, int goal, int room) {
        return now < goal ? Math.min(goal, now + Math.max(0, room)) : now;
    }

    private static int shrunk(Version version, int goal, int spare, int otherwise) {
        return version.wanted() > goal ? Math.max(goal, version.wanted() - spare) : otherwise;
    }

    /** The pods that count when it is asked how many may go: of the version that shrinks all, of the other those that are available. */
    private static int spare(Version version, boolean shrinks) {
        return shrinks ? version.wanted() : Math.min(version.wanted(), version.available());
    }

    /** Keeps the sum of two versions below {@code most}, and as many available as {@code least} says. */
    private static int[] within(
            Version shrinking, @Nullable Version other, int shrinkingNext, int otherNext, int most, int least) {
        if (other == null) {
            return new int[] {shrinkingNext, otherNext};
        }
        int otherCount = otherNext - Math.max(0, otherNext + shrinkingNext - most);
        int available = Math.min(shrinking.available(), shrinkingNext) + Math.min(other.available(), otherCount);
        int extra = Math.max(0, other.available() - otherCount);
        otherCount += Math.min(extra, Math.max(0, least - available));
        return new int[] {shrinkingNext - Math.max(0, otherCount + shrinkingNext - most), otherCount};
    }

    /**
     * The whole numbers of pods that come nearest to a weight. A surge allows one pod more when that comes nearer; a canary that has a weight has a
     * pod, and so has a stable version.
     */
    static CanaryCounts nearest(int replicas, int weight, int maxWeight, int maxSurge) {
        if (replicas == 0) {
            return new CanaryCounts(0, 0);
        }
        int up = Math.ceilDiv(replicas * weight, maxWeight);
        int down = replicas * weight / maxWeight;
        boolean zeroAllowed = weight == maxWeight || weight == 0 || replicas == 1 && maxSurge == 0;
        boolean downAllowed = down != 0 || zeroAllowed;
        List<CanaryCounts> options = new ArrayList<>();
        if (up < replicas || zeroAllowed) {
            options.add(new CanaryCounts(up, replicas - up));
        }
        if (downAllowed && !isHalfway(replicas, weight, maxWeight)) {
            options.add(new CanaryCounts(down, replicas - down));
        }
        if (maxSurge > 0) {
            options.add(new CanaryCounts(up, replicas + 1 - up));
            if (downAllowed && !isHalfway(replicas + 1, weight, maxWeight)) {
                options.add(new CanaryCounts(down, replicas + 1 - down));
            }
        }
        return options.stream()
                .reduce((best, next) ->
                        next.distance(weight, maxWeight) < best.distance(weight, maxWeight) ? next : best)
                .orElse(new CanaryCounts(0, replicas));
    }

    private static boolean isHalfway(int replicas, int weight, int maxWeight) {
        return 2 * (replicas * weight % maxWeight) == maxWeight;
    }

    private double distance(int weight, int maxWeight) {
        return Math.abs((double) current * maxWeight / (current + stable) - weight);
    }
}
