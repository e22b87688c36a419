package dev.proa.control.scheduler.preemption;

import static dev.proa.control.scheduler.Samples.info;
import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.codec.Json;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.policy.v1.PodDisruptionBudget;
import dev.proa.control.scheduler.framework.PodInfo;
import java.util.List;
import org.junit.jupiter.api.Test;

public class DisruptionBudgetsTest {
    /** @param selector as {@code {"matchLabels":{...}}}, or null */
    public static PodDisruptionBudget budget(String name, String selector, int allowed, String disrupted) {
        return new PodDisruptionBudget(Json.decodeMap("""
            {"apiVersion":"policy/v1","kind":"PodDisruptionBudget","metadata":{"name":"%s","namespace":"default"},
             "spec":{"selector":%s},"status":{"disruptionsAllowed":%d,"disruptedPods":{%s}}}\
            """.formatted(name, selector, allowed, disrupted)));
    }

    private static PodInfo labelled(String name, String namespace, String labels) {
        return info(new Pod(Json.decodeMap("""
            {"metadata":{"name":"%s","namespace":"%s","uid":"%s","labels":{%s}},"spec":{}}\
            """.formatted(name, namespace, name, labels))));
    }

    private static final PodInfo A = labelled("a", "default", "\"app\":\"x\"");
    private static final PodInfo B = labelled("b", "default", "\"app\":\"x\",\"tier\":\"y\"");
    private static final PodInfo C = labelled("c", "default", "");
    private static final PodInfo ELSEWHERE = labelled("d", "other", "\"app\":\"x\"");
    private static final String APP = "{\"matchLabels\":{\"app\":\"x\"}}";

    private static List<String> violating(PodDisruptionBudget... budgets) {
        DisruptionBudgets.Split split = new DisruptionBudgets(List.of(budgets)).split(List.of(A, B, C, ELSEWHERE));
        assertThat(split.violating().size() + split.others().size()).isEqualTo(4);
        return split.violating().stream().map(pod -> pod.pod().name()).toList();
    }

    @Test
    void letsAsManyGoAsIsAllowed() {
        assertThat(violating(budget("one", APP, 0, ""))).containsExactly("a", "b");
        assertThat(violating(budget("one", APP, 1, ""))).containsExactly("b");
        assertThat(violating(budget("one", APP, 2, ""))).isEmpty();
    }

    @Test
    void countsAPodInAllItsBudgets() {
        assertThat(violating(budget("one", APP, 2, ""), budget("two", "{\"matchLabels\":{\"tier\":\"y\"}}", 0, "")))
                .containsExactly("b");
    }

    @Test
    void doesNotCountWhoseEvictionHasBegun() {
        assertThat(violating(budget("one", APP, 0, "\"a\":\"2026-01-01T00:00:00Z\"")))
                .containsExactly("b");
    }

    @Test
    void anEmptyOrBrokenSelectorProtectsNothing() {
        assertThat(violating(budget("one", "{}", 0, ""))).isEmpty();
        assertThat(violating(budget("one", "null", 0, ""))).isEmpty();
        assertThat(violating(budget("one", "{\"matchExpressions\":[{\"key\":\"app\",\"operator\":\"Like\"}]}", 0, "")))
                .isEmpty();
    }
}
