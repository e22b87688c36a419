package dev.proa.server.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.value.MapValue;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class CompactorTest {
    private final Store store = MemoryStore.inMemory();
    private Instant now = Instant.EPOCH;
    private final Compactor compactor = new Compactor(store, () -> now);

    @AfterEach
    void close() {
        store.close();
    }

    private void write(int count) {
        for (int i = 0; i < count; i++) {
            store.create(new Key("pods", "a", "x" + store.revision()), MapValue.EMPTY);
        }
    }

    private void tickAfter(Duration duration) {
        now = now.plus(duration);
        compactor.tick();
    }

    @Test
    void whatHappenedInTheRetentionStaysKnown() {
        write(10);
        tickAfter(Duration.ofSeconds(10));
        write(10);
        tickAfter(Duration.ofMinutes(4));
        write(10);
        tickAfter(Duration.ofSeconds(59));
        assertThat(store.compactedRevision()).isEqualTo(1);
        tickAfter(Duration.ofSeconds(1));
        assertThat(store.compactedRevision())
                .as("what was there five minutes ago")
                .isEqualTo(11);
        tickAfter(Duration.ofMinutes(10));
        assertThat(store.compactedRevision()).isEqualTo(31);
    }

    @Test
    void ofATimeInWhichMuchHappensTheLastHalfMinuteStaysKnown() {
        write(10);
        tickAfter(Duration.ofSeconds(10));
        write(10);
        tickAfter(Duration.ofSeconds(10));
        write(20_000);
        tickAfter(Duration.ofSeconds(19));
        assertThat(store.compactedRevision()).isEqualTo(1);
        tickAfter(Duration.ofSeconds(1));
        assertThat(store.compactedRevision())
                .as("what was there thirty seconds ago")
                .isEqualTo(11);
        tickAfter(Duration.ofSeconds(60));
        assertThat(store.compactedRevision())
                .as("20,000 revisions are not too many")
                .isEqualTo(11);
        write(1);
        tickAfter(Duration.ofSeconds(10));
        assertThat(store.compactedRevision()).isEqualTo(21);
    }
}
