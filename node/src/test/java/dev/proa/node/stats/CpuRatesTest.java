package dev.proa.node.stats;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.Set;
import org.junit.jupiter.api.Test;

class CpuRatesTest {
    private final CpuRates rates = new CpuRates();

    private long rate(int second, long nanoseconds) {
        return rates.rate("c", Instant.ofEpochSecond(second), nanoseconds);
    }

    @Test
    void areThoseOfTheLastTenSecondsOrMore() {
        assertThat(rate(0, 1000)).isZero();
        assertThat(rate(5, 1500)).as("better than nothing").isEqualTo(100);
        assertThat(rate(10, 3000)).isEqualTo(200);
        assertThat(rate(15, 9000)).as("too soon").isEqualTo(200);
        assertThat(rate(30, 9000)).isEqualTo(300);
        assertThat(rate(40, 10)).as("counted anew").isZero();
        rates.keepOnly(Set.of("d"));
        assertThat(rate(50, 1010)).as("forgotten").isZero();
    }
}
