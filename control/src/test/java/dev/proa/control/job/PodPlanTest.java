package dev.proa.control.job;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.codec.Yaml;
import dev.proa.api.core.v1.Pod;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class PodPlanTest {
    private static Pod pod(String name, int one, int other, int setUp, int sidecar) {
        return new Pod(Yaml.decodeMap("""
                {metadata: {name: %s, uid: %1$s},
                 spec: {nodeName: a, initContainers: [{name: i}, {name: s, restartPolicy: Always}]},
                 status: {phase: Running,
                          containerStatuses: [{name: c, restartCount: %d}, {name: d, restartCount: %d}],
                          initContainerStatuses: [{name: i, restartCount: %d}, {name: s, restartCount: %d}]}}
                """.formatted(name, one, other, setUp, sidecar)));
    }

    @Test
    void deletesFirstThatOfWhichAContainerWasRestartedMost() {
        List<Pod> pods =
                List.of(pod("a", 3, 3, 9, 0), pod("b", 4, 0, 0, 0), pod("c", 0, 3, 0, 2), pod("d", 0, 5, 0, 0));
        Stream<String> names = pods.stream().sorted(PodPlan.ORDER).map(Pod::name);
        assertThat(names).containsExactly("d", "b", "c", "a");
    }
}
