package dev.proa.server.cache;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class TimedCacheTest {
    private static final Duration MINUTE = Duration.ofMinutes(1);

    private Instant now = Instant.EPOCH;
    private final TimedCache<String> cache = new TimedCache<>(2, () -> now);

    @Test
    void remembersForATime() {
        cache.put("a", "1", MINUTE);
        cache.put("b", "2", Duration.ZERO);
        assertThat(cache.get("a")).isEqualTo("1");
        assertThat(cache.get("b")).isNull();
        assertThat(cache.knows("a", Duration.ofSeconds(59))).isTrue();
        assertThat(cache.knows("a", MINUTE)).isFalse();
        now = now.plus(MINUTE);
        assertThat(cache.get("a")).isNull();
    }

    @Test
    void onlyWhatWasUsedLongestAgoMakesRoom() {
        cache.put("a", "1", MINUTE);
        cache.put("b", "2", MINUTE);
        cache.get("a");
        cache.put("c", "3", MINUTE);
        assertThat(cache.get("a")).isEqualTo("1");
        assertThat(cache.get("b")).isNull();
        assertThat(cache.get("c")).isEqualTo("3");
    }

    @Test
    void forgetsEverything() {
        cache.put("a", "1", MINUTE);
        cache.clear();
        assertThat(cache.get("a")).isNull();
    }
}
