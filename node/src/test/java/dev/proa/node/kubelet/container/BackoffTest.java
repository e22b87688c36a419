package dev.proa.node.kubelet.container;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class BackoffTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private final Backoff backoff = Backoff.ofContainers();

    @Test
    void doublesUpToFiveMinutes() {
        assertThat(backoff.until("a", NOW)).isEqualTo(NOW);
        for (int seconds : new int[] {10, 20, 40, 80, 160, 300, 300}) {
            backoff.next("a", NOW);
            assertThat(backoff.delay("a")).isEqualTo(Duration.ofSeconds(seconds));
            assertThat(backoff.until("a", NOW)).isEqualTo(NOW.plusSeconds(seconds));
        }
        assertThat(backoff.until("other", NOW)).isEqualTo(NOW);
    }

    @Test
    void forgetsAfterTenGoodMinutes() {
        backoff.next("a", NOW);
        Instant later = NOW.plusSeconds(601);
        assertThat(backoff.until("a", later)).isEqualTo(later);
    }
}
