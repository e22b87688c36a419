package dev.proa.control.autoscaling;

import dev.proa.api.autoscaling.v2.HPAScalingPolicy;
import dev.proa.api.autoscaling.v2.HPAScalingRules;
import java.time.Duration;
import java.time.Instant;
import java.util.function.IntBinaryOperator;

/** How far the policies of an autoscaler's behavior let the number of replicas go in one step. Pure. */
final class ScalingLimits {
    private ScalingLimits() {}

    /** The most replicas that a workload of {@code current} may have now. */
    static int up(int current, ScalingHistory history, HPAScalingRules rules, Instant now) {
        return switch (rules.selectPolicy()) {
            case "Disabled" -> current;
            case "Min" -> select(current, history, rules, now, 1, Math::min);
            default -> select(current, history, rules, now, 1, Math::max);
        };
    }

    /** The fewest replicas that a workload of {@code current} may have now. */
    static int down(int current, ScalingHistory history, HPAScalingRules rules, Instant now) {
        return switch (rules.selectPolicy()) {
            case "Disabled" -> current;
            case "Min" -> select(current, history, rules, now, -1, Math::max);
            default -> select(current, history, rules, now, -1, Math::min);
        };
    }

    /** The longest period over which a policy counts changes. */
    static Duration longestPeriod(HPAScalingRules rules) {
        return Duration.ofSeconds(rules.policies().stream()
                .mapToInt(HPAScalingPolicy::periodSeconds)
                .max()
                .orElse(0));
    }

    private static int select(
            int current,
            ScalingHistory history,
            HPAScalingRules rules,
            Instant now,
            int direction,
            IntBinaryOperator select) {
        return rules.policies().stream()
                .mapToInt(policy -> {
                    Duration period = Duration.ofSeconds(policy.periodSeconds());
                    return limit(policy, history.replicasBefore(current, period, now), direction);
                })
                .reduce(select)
                .orElse(current);
    }

    private static int limit(HPAScalingPolicy policy, int before, int direction) {
        if (policy.type().equals("Pods")) {
            return Math.clamp(before + (long) direction * policy.value_(), Integer.MIN_VALUE, Integer.MAX_VALUE);
        }
        double limit = before * (1 + direction * policy.value_() / 100.0);
        return (int) (direction > 0 ? Math.ceil(limit) : limit);
    }
}
