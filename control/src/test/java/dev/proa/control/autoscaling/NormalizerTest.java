package dev.proa.control.autoscaling;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.autoscaling.v2.HPAScalingPolicy;
import dev.proa.api.autoscaling.v2.HPAScalingRules;
import dev.proa.api.autoscaling.v2.HorizontalPodAutoscaler;
import dev.proa.api.autoscaling.v2.HorizontalPodAutoscalerBehavior;
import dev.proa.control.shared.Tries;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What holds for whatever an autoscaler allows, and whatever its metrics call for over time. */
class NormalizerTest {
    private static final Duration STANDARD = Duration.ofMinutes(5);

    /** Numbers over time: those that the metrics called for, or those that a workload had. */
    private static final class Series {
        private final List<ScalingHistory.Entry> entries = new ArrayList<>();

        void add(int replicas, Instant at) {
            entries.add(new ScalingHistory.Entry(replicas, at));
        }

        Stream<Integer> after(Instant start) {
            return entries.stream().filter(entry -> entry.at().isAfter(start)).map(ScalingHistory.Entry::replicas);
        }

        /** The last one that was set at {@code when} or before, or the first. */
        int at(Instant when) {
            int last = entries.getFirst().replicas();
            for (ScalingHistory.Entry entry : entries) {
                last = entry.at().isAfter(when) ? last : entry.replicas();
            }
            return last;
        }
    }

    @Test
    void staysBetweenMinAndMaxAndWithinWindowsAndPolicies() {
        Tries.run(1000, random -> {
            int min = 1 + random.nextInt(4);
            int max = min + random.nextInt(30);
            HorizontalPodAutoscalerBehavior behavior = behavior(random);
            boolean behaves = random.nextInt(4) > 0;
            ScalingHistory history = new ScalingHistory();
            Series sizes = new Series();
            Series recommended = new Series();
            Instant now = Instant.parse("2026-01-01T00:00:00Z");
            int current = min + random.nextInt(max - min + 1);
            history.begin(current, now);
            sizes.add(current, now);
            recommended.add(current, now);
            for (int look = 0; look < 40; look++) {
                now = now.plusSeconds(15L * (1 + random.nextInt(3)));
                int wanted = random.nextInt(40);
                StatusDraft draft = new StatusDraft(HorizontalPodAutoscaler.EMPTY, now);
                Normalizer normalizer = new Normalizer(history, draft, current, min, max, STANDARD, now);
                int next = behaves ? normalizer.normalize(wanted, behavior) : normalizer.normalize(wanted);
                recommended.add(wanted, now);

                assertThat(next).isBetween(min, max);
                if (behaves) {
                    check(current, next, now, behavior, sizes, recommended);
                } else {
                    assertThat(next).isLessThanOrEqualTo(Math.max(4, 2 * current));
                    int highest = recommended
                            .after(now.minus(STANDARD))
                            .max(Integer::compare)
                            .orElseThrow();
                    assertThat(next).isGreaterThanOrEqualTo(Math.min(current, Math.min(max, highest)));
                }
                if (next != current) {
                    HPAScalingRules rules = next > current ? behavior.scaleUp() : behavior.scaleDown();
                    history.scaled(current, next, now, ScalingLimits.longestPeriod(rules));
                }
                current = next;
                sizes.add(current, now);
            }
        });
    }

    private static void check(
            int current,
            int next,
            Instant now,
            HorizontalPodAutoscalerBehavior behavior,
            Series sizes,
            Series recommended) {
        if (next > current) {
            HPAScalingRules up = behavior.scaleUp();
            assertThat(next)
                    .isLessThanOrEqualTo(recommended
                            .after(now.minusSeconds(up.stabilizationWindowSeconds()))
                            .min(Integer::compare)
                            .orElse(Integer.MAX_VALUE));
            assertThat(allowed(up, policy -> next <= most(policy, sizes, now))).isTrue();
        } else if (next < current) {
            HPAScalingRules down = behavior.scaleDown();
            assertThat(next)
                    .isGreaterThanOrEqualTo(recommended
                            .after(now.minusSeconds(down.stabilizationWindowSeconds()))
                            .max(Integer::compare)
                            .orElse(0));
            assertThat(allowed(down, policy -> next >= least(policy, sizes, now)))
                    .isTrue();
        }
    }

    private static boolean allowed(HPAScalingRules rules, Predicate<HPAScalingPolicy> policy) {
        return switch (rules.selectPolicy()) {
            case "Disabled" -> false;
            case "Min" -> rules.policies().stream().allMatch(policy);
            default -> rules.policies().stream().anyMatch(policy);
        };
    }

    private static int most(HPAScalingPolicy policy, Series sizes, Instant now) {
        int before = sizes.at(now.minusSeconds(policy.periodSeconds()));
        return policy.type().equals("Pods")
                ? before + policy.value_()
                : (int) Math.ceil(before * (1 + policy.value_() / 100.0));
    }

    private static int least(HPAScalingPolicy policy, Series sizes, Instant now) {
        int before = sizes.at(now.minusSeconds(policy.periodSeconds()));
        return policy.type().equals("Pods") ? before - policy.value_() : (int) (before * (1 - policy.value_() / 100.0));
    }

    private static HorizontalPodAutoscalerBehavior behavior(Random random) {
        return HorizontalPodAutoscalerBehavior.EMPTY.withScaleUp(rules(random)).withScaleDown(rules(random));
    }

    private static HPAScalingRules rules(Random random) {
        List<HPAScalingPolicy> policies = new ArrayList<>();
        for (int i = 0; i <= random.nextInt(3); i++) {
            boolean pods = random.nextBoolean();
            policies.add(HPAScalingPolicy.EMPTY
                    .withType(pods ? "Pods" : "Percent")
                    .withValue(pods ? 1 + random.nextInt(5) : 10 + random.nextInt(190))
                    .withPeriodSeconds(1 + random.nextInt(120)));
        }
        return HPAScalingRules.EMPTY
                .withPolicies(policies)
                .withSelectPolicy(List.of("Max", "Min", "Disabled").get(random.nextInt(3)))
                .withStabilizationWindowSeconds(random.nextInt(4) * 40);
    }
}
