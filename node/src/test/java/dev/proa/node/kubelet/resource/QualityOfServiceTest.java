package dev.proa.node.kubelet.resource;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.core.v1.Container;
import dev.proa.api.core.v1.Pod;
import dev.proa.node.kubelet.pod.TestPods;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QualityOfServiceTest {
    private static final long NODE = 10L << 30;

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{}                                                                                 | BestEffort",
                "{\"limits\": {\"cpu\": \"0\"}}                                                     | BestEffort",
                "{\"requests\": {\"cpu\": \"1\"}}                                                   | Burstable",
                "{\"limits\": {\"memory\": \"1Gi\"}}                                                | Burstable",
                "{\"limits\": {\"memory\": \"1Gi\", \"cpu\": \"1\"}}                                | Guaranteed",
                "{\"limits\": {\"memory\": \"1Gi\", \"cpu\": \"1\"}, \"requests\": {\"cpu\": \"1000m\"}} | Guaranteed",
                "{\"limits\": {\"memory\": \"1Gi\", \"cpu\": \"1\"}, \"requests\": {\"cpu\": \"1m\"}}    | Burstable",
            })
    void isGivenByRequestsAndLimits(String resources, String expected) {
        assertThat(QualityOfService.of(pod(resources))).hasToString(expected);
    }

    @Test
    void everyContainerCounts() {
        assertThat(QualityOfService.of(TestPods.of("""
                        {"containers": [{"name": "a", "resources": {"limits": {"cpu": "1", "memory": "1Gi"}}}, {"name": "b"}]}
                        """))).isEqualTo(QualityOfService.BURSTABLE);
        assertThat(QualityOfService.of(TestPods.of("""
                        {"containers": [{"name": "a"}], "initContainers": [{"name": "i", "resources": {"requests": {"cpu": "1"}}}]}
                        """))).isEqualTo(QualityOfService.BURSTABLE);
    }

    @Test
    void resourcesOfThePodCountAlone() {
        assertThat(QualityOfService.of(TestPods.of("""
                        {"resources": {"limits": {"cpu": "1", "memory": "1Gi"}},
                         "containers": [{"name": "a", "resources": {"requests": {"cpu": "1m"}}}]}
                        """))).isEqualTo(QualityOfService.GUARANTEED);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{}                                                   | 1000",
                "{\"limits\": {\"cpu\": \"1\", \"memory\": \"5Gi\"}}  | -997",
                "{\"requests\": {\"cpu\": \"1\"}}                     | 999",
                "{\"requests\": {\"memory\": \"1Gi\"}}                | 900",
                "{\"requests\": {\"memory\": \"10Gi\"}}               | 3",
                "{\"requests\": {\"memory\": \"100Gi\"}}              | 3",
            })
    void killsFirstWhatRequestsLeast(String resources, int expected) {
        Pod pod = pod(resources);
        assertThat(QualityOfService.oomScoreAdjustment(
                        pod, pod.spec().containers().getFirst(), NODE))
                .isEqualTo(expected);
    }

    @Test
    void keepsSidecarsAsLongAsMainContainers() {
        Pod pod = TestPods.of("""
                {"initContainers": [{"name": "sidecar", "restartPolicy": "Always"}, {"name": "init"}],
                 "containers": [{"name": "a", "resources": {"requests": {"memory": "2Gi"}}},
                                {"name": "b", "resources": {"requests": {"memory": "1Gi"}}}]}
                """);
        assertThat(score(pod, "sidecar")).isEqualTo(900);
        assertThat(score(pod, "init")).isEqualTo(999);
        assertThat(score(pod, "a")).isEqualTo(800);
    }

    @Test
    void sharesWhatThePodRequestsAsAWhole() {
        Pod pod = TestPods.of("""
                {"resources": {"requests": {"memory": "4Gi"}},
                 "containers": [{"name": "a", "resources": {"requests": {"memory": "2Gi"}}}, {"name": "b"}]}
                """);
        assertThat(score(pod, "a")).isEqualTo(700);
        assertThat(score(pod, "b")).isEqualTo(900);
    }

    @Test
    void keepsWhatTheNodeNeeds() {
        Pod pod = TestPods.of("""
                {"priorityClassName": "system-node-critical", "priority": 2000001000, "containers": [{"name": "a"}]}
                """);
        assertThat(score(pod, "a")).isEqualTo(-997);
    }

    private static int score(Pod pod, String name) {
        Container container = Stream.concat(pod.spec().containers().stream(), pod.spec().initContainers().stream())
                .filter(one -> one.name().equals(name))
                .findFirst()
                .orElseThrow();
        return QualityOfService.oomScoreAdjustment(pod, container, NODE);
    }

    private static Pod pod(String resources) {
        return TestPods.of("{\"containers\": [{\"name\": \"a\", \"resources\": " + resources + "}]}");
    }
}
