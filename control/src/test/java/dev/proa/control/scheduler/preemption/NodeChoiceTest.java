package dev.proa.control.scheduler.preemption;

import static dev.proa.control.scheduler.Samples.START;
import static dev.proa.control.scheduler.Samples.info;
import static dev.proa.control.scheduler.Samples.pod;
import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.core.v1.Pod;
import dev.proa.api.value.MapValue;
import dev.proa.api.value.Times;
import dev.proa.control.scheduler.framework.PodInfo;
import dev.proa.control.scheduler.framework.Victims;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class NodeChoiceTest {
    private final Importance importance = new Importance(START);
    private final Random random = new Random(1);

    private String best(Map<String, Victims> candidates) {
        return NodeChoice.best(candidates, importance, random);
    }

    /** Pods of these priorities that have started so many seconds ago. */
    private static Victims victims(int violations, int secondsAgo, int... priorities) {
        return new Victims(
                Arrays.stream(priorities)
                        .mapToObj(priority -> started(priority, secondsAgo))
                        .toList(),
                violations);
    }

    static PodInfo started(int priority, int secondsAgo) {
        Pod pod = pod("p" + priority + "-" + secondsAgo, "\"priority\":" + priority);
        return info(new Pod(
                pod.value().with("status", MapValue.of("startTime", Times.format(START.minusSeconds(secondsAgo))))));
    }

    @Test
    void violatesAsFewBudgetsAsPossible() {
        assertThat(best(Map.of("a", victims(1, 0, 1), "b", victims(0, 0, 5, 4))))
                .isEqualTo("b");
    }

    @Test
    void sparesTheHighestPriority() {
        assertThat(best(Map.of("a", victims(0, 0, 9), "b", victims(0, 0, 8, 8, 8))))
                .isEqualTo("b");
    }

    @Test
    void takesTheLeastSumOfPrioritiesThoughTheyAreNegative() {
        assertThat(best(Map.of("a", victims(0, 0, 8, 7), "b", victims(0, 0, 8, 6))))
                .isEqualTo("b");
        assertThat(best(Map.of("a", victims(0, 0, -5, -5), "b", victims(0, 0, -5))))
                .isEqualTo("b");
    }

    @Test
    void takesThoseThatHaveRunTheLeast() {
        assertThat(best(Map.of("a", victims(0, 60, 8, 7), "b", victims(0, 59, 8, 7))))
                .isEqualTo("b");
        Victims mixed = new Victims(List.of(started(8, 10), started(7, 100)), 0);
        assertThat(best(Map.of("a", victims(0, 20, 8, 7), "b", mixed)))
                .as("only those of the highest priority count")
                .isEqualTo("b");
    }

    @Test
    void choosesByChanceAmongEquals() {
        Map<String, Integer> chosen = new HashMap<>();
        for (int i = 0; i < 300; i++) {
            String node = best(Map.of("a", victims(0, 5, 1), "b", victims(0, 5, 1), "c", victims(0, 6, 1)));
            chosen.merge(node, 1, Integer::sum);
        }
        assertThat(chosen).containsOnlyKeys("a", "b");
        assertThat(chosen.values()).allSatisfy(times -> assertThat(times).isBetween(100, 200));
    }
}
