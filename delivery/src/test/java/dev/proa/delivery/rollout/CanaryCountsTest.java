package dev.proa.delivery.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.apps.v1.ReplicaSet;
import dev.proa.api.codec.Yaml;
import dev.proa.delivery.argo.Rollout;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CanaryCountsTest {
    /** The examples of Argo's documentation of the numbers. */
    @ParameterizedTest
    @CsvSource({
        "10, 10, 1, 1, 0, 10, 1, 9",
        "10, 30, 0, 3, 0, 10, 3, 10",
        "10, 30, 5, 0, 0, 10, 0, 7",
        "10, 5, 1, 0, 0, 10, 0, 9",
        "1, 5, 0, 1, 0, 1, 1, 1",
        "1, 95, 0, 1, 0, 1, 1, 1"
    })
    void followsWeightWithinItsBounds(
            int replicas,
            int weight,
            int maxUnavailable,
            int maxSurge,
            int current,
            int stable,
            int nextCurrent,
            int nextStable) {
        Situation s = situation(replicas, weight, maxUnavailable, maxSurge, set("new", current), set("old", stable));
        assertThat(CanaryCounts.of(s, null)).isEqualTo(new CanaryCounts(nextCurrent, nextStable));
    }

    @ParameterizedTest
    @CsvSource({
        "4, 25, 0, 1, 3",
        "4, 10, 0, 1, 3",
        "3, 50, 1, 2, 2",
        "10, 5, 0, 1, 9",
        "10, 100, 1, 10, 0",
        "1, 50, 0, 1, 0",
        "10, 5, 1, 1, 10"
    })
    void comesAsNearAsWholePodsAllow(int replicas, int weight, int surge, int current, int stable) {
        assertThat(CanaryCounts.nearest(replicas, weight, 100, surge)).isEqualTo(new CanaryCounts(current, stable));
    }

    /** Whatever the numbers are: bounds hold at each step, and in the end the goal is reached. */
    @Test
    void keepsItsBoundsOnTheWay() {
        long seed = Long.getLong("proa.seed", 7L);
        Random random = new Random(seed);
        for (int i = 0; i < 500; i++) {
            int replicas = 1 + random.nextInt(20);
            int surge = random.nextInt(4);
            int unavailable = surge == 0 ? 1 + random.nextInt(3) : random.nextInt(3);
            int weight = random.nextInt(101);
            String what = "seed " + seed + ": " + List.of(replicas, weight, unavailable, surge);
            int current = 0;
            int stable = replicas;
            for (int step = 0; step < 100; step++) {
                Situation s = situation(replicas, weight, unavailable, surge, set("new", current), set("old", stable));
                CanaryCounts next = CanaryCounts.of(s, null);
                assertThat(next.current() + next.stable()).as(what).isLessThanOrEqualTo(replicas + surge);
                int kept = Math.min(current, next.current()) + Math.min(stable, next.stable());
                assertThat(kept)
                        .as(what)
                        .isGreaterThanOrEqualTo(Math.max(0, replicas - Math.min(unavailable, replicas)));
                if (next.current() == current && next.stable() == stable) {
                    break;
                }
                current = next.current();
                stable = next.stable();
            }
            assertThat(new CanaryCounts(current, stable))
                    .as(what)
                    .isEqualTo(CanaryCounts.nearest(replicas, weight, 100, surge));
        }
    }

    private static Version set(String hash, int pods) {
        return new Version(new ReplicaSet(Yaml.decodeMap("""
                metadata: {name: web-%1$s, labels: {rollouts-pod-template-hash: %1$s}}
                spec: {replicas: %2$d}
                status: {replicas: %2$d, readyReplicas: %2$d, availableReplicas: %2$d}
                """.formatted(hash, pods))));
    }

    private static Situation situation(
            int replicas, int weight, int maxUnavailable, int maxSurge, Version current, Version stable) {
        Rollout rollout = new Rollout(Yaml.decodeMap("""
                metadata: {name: web, namespace: default}
                spec:
                  replicas: %d
                  strategy:
                    canary:
                      maxUnavailable: %d
                      maxSurge: %d
                      steps: [{setWeight: %d}]
                status: {stableRS: old, currentPodHash: new, currentStepIndex: 0}
                """.formatted(replicas, maxUnavailable, maxSurge, weight)));
        return new Situation(
                rollout,
                current,
                stable,
                List.of(),
                Map.of(),
                List.of(),
                List.of(),
                Map.of(),
                null,
                List.of(),
                Instant.EPOCH);
    }
}
