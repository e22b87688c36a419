package dev.proa.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class LineTest {
    @Test
    void putsBothServersInOneLine() {
        List<Line> lines = Line.parse(
                List.of(
                        "proa         create 1 KiB config maps,   1 clients:     1000/s  p50 2.93ms p99 62.08ms max 80.09ms  server cpu 392.0 us/write",
                        "reference    create 1 KiB config maps,   1 clients:      250/s  p50 3.2ms p99 9ms max 10ms  server cpu 4100.0 us/write",
                        "proa         its namespace gone:                    16.7 s",
                        "reference    its namespace gone:                    26.0 s"),
                "proa",
                "reference");

        assertThat(lines)
                .extracting(Line::work)
                .containsExactly("create 1 KiB config maps, 1 clients", "its namespace gone");
        assertThat(lines.getFirst().ratio()).isCloseTo(0.25, within(1e-9));
        assertThat(lines.getFirst().processorRatio()).isCloseTo(0.0956, within(1e-3));
        assertThat(lines.get(1).ratio()).isCloseTo(0.642, within(1e-3));
        assertThat(Report.table(lines))
                .contains("| create 1 KiB config maps, 1 clients | 1000/s p50 2.93ms p99 62.08ms |")
                .contains("| 392 µs/write | 4.1 ms/write | 0.10 |");
    }

    @Test
    void comparesLatenciesByTheirMedianAndListsByTheirTime() {
        List<Line> lines = Line.parse(
                List.of(
                        "proa         list 10000 pods, rv=0:                   400.0 ms    27.9 MB      41 MB/s  server cpu 151428.6 us/list",
                        "reference    list 10000 pods, rv=0:                  1600.0 ms    50.7 MB      41 MB/s  server cpu 1500000.0 us/list",
                        "proa         get one pod, 1 client: p50 190µs p99 4.06ms max 56.25ms  server cpu 145.0 us/get",
                        "reference    get one pod, 1 client: p50 1.9ms p99 4.06ms max 56.25ms  server cpu 145.0 us/get"),
                "proa",
                "reference");

        assertThat(lines.getFirst().ratio()).isCloseTo(0.25, within(1e-9));
        assertThat(lines.get(1).ratio()).isCloseTo(0.1, within(1e-9));
    }

    @Test
    void replacesOnlyWhatIsBetweenTheMarks() {
        String once = Report.FIGURES.replace("# Benchmarks\n", "first\n");
        String twice = Report.FIGURES.replace(once + "\nAfter.\n", "second\n");

        assertThat(twice)
                .startsWith("# Benchmarks\n")
                .contains("second")
                .doesNotContain("first")
                .endsWith("\nAfter.\n");
    }
}
