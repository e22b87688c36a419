package dev.proa.cluster.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proa.cluster.metrics.MetricsBatch.PodName;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ExpositionReaderTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

    private static MetricsBatch read(String text) {
        return ExpositionReader.read(text, "node-1", NOW);
    }

    @Test
    void takesNodesAndContainersWithTheirTimes() {
        MetricsBatch batch = read("""
                # HELP node_cpu_usage_seconds_total Cumulative cpu time
                # TYPE node_cpu_usage_seconds_total counter
                node_cpu_usage_seconds_total 357.5 1767225600123
                node_memory_working_set_bytes 1.616273408e+09 1767225600123
                container_cpu_usage_seconds_total{container="c",namespace="n",pod="p"} 4.25 1767225601000
                container_memory_working_set_bytes{container="c",namespace="n",pod="p",} 1.253376e+07
                container_start_time_seconds{pod="p", namespace="n", container="c"} 1.7672e+09
                pod_cpu_usage_seconds_total{namespace="n",pod="p"} 4.67812 1633253803935
                container_cpu_usage_seconds_totals{container="x",namespace="n",pod="p"} 1
                other{text="a } \\" \\\\ b"} NaN

                """);
        assertThat(batch.nodes())
                .isEqualTo(Map.of(
                        "node-1",
                        new MetricsPoint(null, Instant.ofEpochMilli(1767225600123L), 357_500_000_000L, 1_616_273_408)));
        assertThat(batch.pods())
                .isEqualTo(Map.of(
                        new PodName("n", "p"),
                        Map.of(
                                "c",
                                new MetricsPoint(
                                        Instant.ofEpochSecond(1_767_200_000), NOW, 4_250_000_000L, 12_533_760))));
    }

    @Test
    void leavesOutWhatIsNotComplete() {
        MetricsBatch batch = read("""
                node_cpu_usage_seconds_total 357.5
                container_cpu_usage_seconds_total{container="c",namespace="n",pod="p"} 4.25
                container_memory_working_set_bytes{container="c",namespace="n",pod="p"} 7
                container_cpu_usage_seconds_total{container="d",namespace="n",pod="p"} 0
                container_memory_working_set_bytes{container="d",namespace="n",pod="p"} 7
                container_cpu_usage_seconds_total{container="c",namespace="n",pod="q"} 1
                container_memory_working_set_bytes{container="c",namespace="n",pod="q"} 1
                """);
        assertThat(batch.nodes()).isEmpty();
        assertThat(batch.pods()).containsOnlyKeys(new PodName("n", "q"));
    }

    @Test
    void leavesOutWhatWasMeasuredAtAnotherTime() {
        for (String time :
                new String[] {"1767225661000", "1767225539000", "9223372036854775807", "-9223372036854775808"}) {
            MetricsBatch batch = read("""
                    node_cpu_usage_seconds_total 357.5 %1$s
                    node_memory_working_set_bytes 7 1767225600123
                    container_cpu_usage_seconds_total{container="c",namespace="n",pod="p"} 4.25 1767225600123
                    container_memory_working_set_bytes{container="c",namespace="n",pod="p"} 7 %1$s
                    container_cpu_usage_seconds_total{container="c",namespace="n",pod="q"} 1 1767225660000
                    container_memory_working_set_bytes{container="c",namespace="n",pod="q"} 1 1767225540000
                    """.formatted(time));
            assertThat(batch.nodes()).as(time).isEmpty();
            assertThat(batch.pods()).as(time).containsOnlyKeys(new PodName("n", "q"));
        }
    }

    @Test
    void refusesWhatIsNotInTheFormat() {
        for (String line : new String[] {
            "node_cpu_usage_seconds_total",
            "node_cpu_usage_seconds_total much",
            "container_start_time_seconds{pod=\"p\"",
            "container_start_time_seconds{pod=p} 1"
        }) {
            assertThatThrownBy(() -> read(line)).as(line).isInstanceOf(IllegalArgumentException.class);
        }
    }
}
