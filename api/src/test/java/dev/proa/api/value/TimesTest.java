package dev.proa.api.value;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
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

    @Property
    void readsWhatItWrote(
            @ForAll @LongRange(min = -60_000_000_000L, max = 253_402_300_799L) long second,
            @ForAll @LongRange(min = 0, max = 999_999) long micro) {
        Instant instant = Instant.ofEpochSecond(second, micro * 1_000);
        assertThat(Times.parse(Times.formatMicro(instant))).isEqualTo(instant);
        assertThat(Times.parse(Times.format(instant))).isEqualTo(Instant.ofEpochSecond(second));
        assertThat(Times.format(instant))
                .isEqualTo(Instant.ofEpochSecond(second).toString());
    }
}
