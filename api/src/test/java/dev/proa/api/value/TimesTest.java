package dev.proa.api.value;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.Tries;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class TimesTest {
    @Test
    void readsAnyRfc3339() {
        Instant instant = Instant.parse("2026-01-31T08:09:10Z");
        assertThat(Times.parse("2026-01-31T08:09:10Z")).isEqualTo(instant);
        assertThat(Times.parse("2026-01-31T09:09:10+01:00")).isEqualTo(instant);
        assertThat(Times.parse("2026-01-31T08:09:10.500Z")).isEqualTo(instant.plusMillis(500));
        assertThat(Times.parse("2026-02-30T08:09:10Z")).isNull();
        assertThat(Times.parse("2026-13-01T08:09:10Z")).isNull();
        assertThat(Times.parse("today")).isNull();
        assertThat(Times.parse(null)).isNull();
    }

    @Test
    void readsWhatItWrote() {
        Tries.run(1000, random -> {
            long second = Tries.number(random, -60_000_000_000L, 253_402_300_799L);
            long micro = Tries.number(random, 0, 999_999);
            Instant instant = Instant.ofEpochSecond(second, micro * 1_000);
            assertThat(Times.parse(Times.formatMicro(instant))).isEqualTo(instant);
            assertThat(Times.parse(Times.format(instant))).isEqualTo(Instant.ofEpochSecond(second));
            assertThat(Times.format(instant))
                    .isEqualTo(Instant.ofEpochSecond(second).toString());
        });
    }
}
