package dev.proa.api.codec;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GoDurationTest {
    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "+0, 0",
        "30s, 30000000000",
        "1m30s, 90000000000",
        "1.5h, 5400000000000",
        "-0.5ms, -500000",
        ".5us, 500",
        "1.µs, 1000",
        "1.9ns, 1",
        "2562047h47m16.854775807s, 9223372036854775807"
    })
    void readsThem(String text, long nanos) {
        assertThat(GoDuration.parse(text)).contains(Duration.ofNanos(nanos));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "-", "1", "s", ".s", "1d", "1s ", " 1s", "1s-2s", "--1s", "1e3s", "2562047h47m16.854775808s"
            })
    void knowsWhatIsNone(String text) {
        assertThat(GoDuration.parse(text)).isEmpty();
    }

    @Test
    void isNotSlowedByDigits() {
        assertThat(GoDuration.parse("9".repeat(1_000_000) + "s")).isEmpty();
    }
}
