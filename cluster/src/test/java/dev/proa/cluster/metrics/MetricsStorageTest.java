package dev.proa.cluster.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.cluster.metrics.MetricsBatch.PodName;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class MetricsStorageTest {
    private static final Instant T0 = Instant.parse("2026-01-01T00:00:00Z");
    private static final PodName POD = new PodName("n", "p");

    private final MetricsStorage storage = new MetricsStorage(Duration.ofSeconds(15));

    private static MetricsPoint point(@Nullable Instant started, int second, long cpuMillis, long memory) {
        return new MetricsPoint(started, T0.plusSeconds(second), cpuMillis * 1_000_000, memory);
    }

    private void store(Map<String, MetricsPoint> containers) {
        storage.store(new MetricsBatch(Map.of(), Map.of(POD, containers)));
    }

    private @Nullable Map<String, Usage> usage() {
        return storage.pod("n", "p");
    }

    @Test
    void comparesTheLastTwoSamples() {
        storage.store(new MetricsBatch(Map.of("node", point(null, 0, 1000, 5)), Map.of()));
        assertThat(storage.node("node")).isNull();
        storage.store(new MetricsBatch(Map.of("node", point(null, 20, 6000, 7)), Map.of()));

        Usage usage = Objects.requireNonNull(storage.node("node"));
        assertThat(usage).isEqualTo(new Usage(T0.plusSeconds(20), Duration.ofSeconds(20), 250_000_000, 7));
        assertThat(usage.resources()).hasToString("{cpu=250m, memory=7}");
        // The same sample again, as when a kubelet measures less often: the one before it counts.
        storage.store(new MetricsBatch(Map.of("node", point(null, 20, 6000, 7)), Map.of()));
        assertThat(storage.node("node")).isEqualTo(usage);
        storage.store(new MetricsBatch(Map.of("node", point(null, 35, 5000, 7)), Map.of()));
        assertThat(storage.node("node")).as("after a counter was reset").isNull();
        storage.store(new MetricsBatch(Map.of(), Map.of()));
        storage.store(new MetricsBatch(Map.of("node", point(null, 50, 6000, 7)), Map.of()));
        assertThat(storage.node("node")).as("after a round without it").isNull();
    }

    @Test
    void knowsAPodWhenItKnowsAllItsContainers() {
        Instant long_ago = T0.minusSeconds(1000);
        store(Map.of("a", point(long_ago, 0, 100, 1)));
        store(Map.of("a", point(long_ago, 15, 200, 1), "b", point(T0.plusSeconds(9), 15, 20, 1)));
        assertThat(usage()).isNull();
        store(Map.of("a", point(long_ago, 30, 350, 1), "b", point(T0.plusSeconds(9), 30, 320, 4)));
        assertThat(usage())
                .isEqualTo(Map.of(
                        "a", new Usage(T0.plusSeconds(30), Duration.ofSeconds(15), 10_000_000, 1),
                        "b", new Usage(T0.plusSeconds(30), Duration.ofSeconds(15), 20_000_000, 4)));
        assertThat(storage.pod("n", "other")).isNull();
    }

    @Test
    void measuresAContainerFromItsStartWhenThatIsEnough() {
        store(Map.of("a", point(T0, 12, 1200, 1)));
        assertThat(usage())
                .isEqualTo(Map.of("a", new Usage(T0.plusSeconds(12), Duration.ofSeconds(12), 100_000_000, 1)));
    }

    @Test
    void forgetsWhatAContainerUsedBeforeItWasRestarted() {
        store(Map.of("a", point(T0.minusSeconds(100), 0, 5000, 1)));
        store(Map.of("a", point(T0.minusSeconds(100), 15, 6000, 1)));
        store(Map.of("a", point(T0.plusSeconds(25), 30, 100, 1)));
        assertThat(usage()).isNull();
        store(Map.of("a", point(T0.plusSeconds(25), 45, 1600, 1)));
        assertThat(Objects.requireNonNull(usage()).get("a"))
                .isEqualTo(new Usage(T0.plusSeconds(45), Duration.ofSeconds(15), 100_000_000, 1));
    }
}
