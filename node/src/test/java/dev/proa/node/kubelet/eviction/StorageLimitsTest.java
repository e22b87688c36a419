package dev.proa.node.kubelet.eviction;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.core.v1.Pod;
import dev.proa.node.kubelet.pod.TestPods;
import java.util.Map;
import org.junit.jupiter.api.Test;

class StorageLimitsTest {
    private static final Pod LIMITED = TestPods.of("""
            {"volumes": [{"name": "scratch", "emptyDir": {"sizeLimit": "1Mi"}}, {"name": "free", "emptyDir": {}},
                         {"name": "memory", "emptyDir": {"medium": "Memory", "sizeLimit": "1Ki"}}],
             "initContainers": [{"name": "init", "resources": {"limits": {"ephemeral-storage": "2Mi"}}}],
             "containers": [{"name": "one", "resources": {"limits": {"ephemeral-storage": "4Mi"}}},
                            {"name": "two", "resources": {"limits": {"ephemeral-storage": "2Mi"}}}]}
            """);

    private static String exceeded(Pod pod, Map<String, Long> volumes, Map<String, Long> containers) {
        return StorageLimits.exceeded(pod, new StorageLimits.Use(volumes, containers));
    }

    @Test
    void isNotMeasuredWithoutLimits() {
        assertThat(StorageLimits.given(LIMITED)).isTrue();
        assertThat(StorageLimits.given(TestPods.of("""
                        {"volumes": [{"name": "v", "emptyDir": {}}, {"name": "m", "emptyDir": {"medium": "Memory", "sizeLimit": "1Mi"}}],
                         "containers": [{"name": "c", "resources": {"limits": {"memory": "1Mi"}}}]}
                        """))).isFalse();
        assertThat(StorageLimits.given(
                        TestPods.of("{\"volumes\": [{\"name\": \"v\", \"emptyDir\": {\"sizeLimit\": \"1Mi\"}}]}")))
                .isTrue();
    }

    @Test
    void toleratesWhatIsWithinTheLimits() {
        assertThat(exceeded(LIMITED, Map.of("scratch", 1L << 20), Map.of("one", 3L << 20, "two", 2L << 20)))
                .isNull();
        assertThat(exceeded(LIMITED, Map.of(), Map.of())).isNull();
    }

    @Test
    void saysWhatIsTooLargeInKubernetesWords() {
        assertThat(exceeded(LIMITED, Map.of("scratch", (1L << 20) + 1), Map.of()))
                .isEqualTo("Usage of EmptyDir volume \"scratch\" exceeds the limit \"1Mi\". ");
        assertThat(exceeded(LIMITED, Map.of(), Map.of("two", (2L << 20) + 1)))
                .isEqualTo("Container two exceeded its local ephemeral storage limit \"2Mi\". ");
        assertThat(exceeded(LIMITED, Map.of(), Map.of("init", (2L << 20) + 1)))
                .isEqualTo("Container init exceeded its local ephemeral storage limit \"2Mi\". ");
        assertThat(exceeded(LIMITED, Map.of("free", 5L << 20), Map.of("one", 2L << 20)))
                .isEqualTo("Pod ephemeral local storage usage exceeds the total limit of containers 6Mi. ");
    }

    @Test
    void takesWhatCannotBeMeasuredForTooLarge() {
        assertThat(exceeded(LIMITED, Map.of("free", Long.MAX_VALUE), Map.of("one", 1L << 20, "two", Long.MAX_VALUE)))
                .isEqualTo("Pod ephemeral local storage usage exceeds the total limit of containers 6Mi. ");
    }
}
