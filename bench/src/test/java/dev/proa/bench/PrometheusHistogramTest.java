package dev.proa.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class PrometheusHistogramTest {
    private static final String BEFORE = """
            # TYPE d_seconds histogram
            d_seconds_bucket{profile="a",result="scheduled",le="0.001"} 5
            d_seconds_bucket{profile="a",result="scheduled",le="0.002"} 5
            d_seconds_bucket{profile="a",result="scheduled",le="+Inf"} 5
            d_seconds_sum{profile="a",result="scheduled"} 0.004
            d_seconds_count{profile="a",result="scheduled"} 5
            """;
    private static final String AFTER = """
            d_seconds_bucket{profile="a",result="scheduled",le="0.001"} 15
            d_seconds_bucket{profile="a",result="scheduled",le="0.002"} 105
            d_seconds_bucket{profile="a",result="scheduled",le="+Inf"} 105
            d_seconds_sum{profile="a",result="scheduled"} 0.154
            d_seconds_count{profile="a",result="scheduled"} 105
            d_seconds_bucket{profile="a",result="error",le="0.001"} 0
            d_seconds_bucket{profile="a",result="error",le="0.002"} 0
            d_seconds_bucket{profile="a",result="error",le="+Inf"} 100
            d_seconds_sum{profile="a",result="error"} 900
            d_seconds_count{profile="a",result="error"} 100
            """;

    @Test
    void tellsWhatWasObservedBetweenTwoReadings() {
        PrometheusHistogram scheduled = read(AFTER, "result=\"scheduled\"").since(read(BEFORE, "result=\"scheduled\""));

        assertThat(scheduled.count()).isEqualTo(100);
        assertThat(scheduled.mean()).isCloseTo(0.0015, within(1e-9));
        assertThat(scheduled.quantile(0.05)).isCloseTo(0.0005, within(1e-9));
        assertThat(scheduled.quantile(0.1)).isCloseTo(0.001, within(1e-9));
        assertThat(scheduled.quantile(0.99)).isCloseTo(0.001 + 0.001 * 89 / 90, within(1e-9));
    }

    @Test
    void addsUpAllLabelsAndEndsAtTheLargestBound() {
        PrometheusHistogram all = read(AFTER, "");

        assertThat(all.count()).isEqualTo(205);
        assertThat(all.quantile(0.99)).isEqualTo(0.002);
        assertThat(read("", "").quantile(0.99)).isZero();
        assertThat(read("", "").mean()).isZero();
    }

    private static PrometheusHistogram read(String text, String label) {
        return PrometheusHistogram.parse(text, "d_seconds", label);
    }
}
