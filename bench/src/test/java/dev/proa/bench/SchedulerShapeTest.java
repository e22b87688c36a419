package dev.proa.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proa.api.value.MapValue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SchedulerShapeTest {

    @ParameterizedTest
    @EnumSource
    void hasNoMorePodsThanItsNodesTake(SchedulerShape shape) {
        for (int nodes : new int[] {5, 500, 5000}) {
            int pods = shape.initialPods(nodes) + shape.measuredPods(nodes);
            assertThat(shape.measuredPods(nodes)).isPositive();
            switch (shape) {
                case ANTI_AFFINITY -> assertThat(pods).isLessThanOrEqualTo(nodes);
                case PREEMPTION -> assertThat(shape.measuredPods(nodes)).isLessThanOrEqualTo(nodes);
                case DAEMONSET -> assertThat(pods).isLessThan(90_000);
                default -> assertThat(pods).isLessThanOrEqualTo(40 * nodes);
            }
        }
        assertThat(SchedulerShape.titled(shape.title())).isEqualTo(shape);
    }

    @ParameterizedTest
    @EnumSource
    void namesItsObjectsByNumber(SchedulerShape shape) {
        assertThat(name(shape.node(7))).isEqualTo("scheduler-perf-7");
        assertThat(name(shape.initialPod(7, 5))).isEqualTo("initial-7");
        assertThat(name(shape.measuredPod(7))).isEqualTo("measured-7");
    }

    @Test
    void fillsNodesForPreemption() {
        MapValue pod = SchedulerShape.PREEMPTION.initialPod(7, 5);

        assertThat(pod.map("spec").string("nodeName")).isEqualTo("scheduler-perf-2");
        assertThat(SchedulerShape.PREEMPTION.initialPods(5)).isEqualTo(20);
    }

    @Test
    void anUnknownShapeIsRefused() {
        assertThatThrownBy(() -> SchedulerShape.titled("SchedulingBsic"))
                .hasMessageContaining("SchedulingBsic")
                .hasMessageContaining("SchedulingBasic");
    }

    private static String name(MapValue object) {
        return object.map("metadata").string("name");
    }
}
