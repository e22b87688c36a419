package dev.proa.server.apiserver;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.server.store.MemoryStore;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** The checks of what runs beside the server. */
class HealthTest {
    @Test
    void aKeyServiceThatIsAwayIsNoMatterOfLife() {
        try (MemoryStore store = MemoryStore.inMemory()) {
            Health health = new Health(store);
            health.started();
            health.others(() -> Map.of("kms-providers", "it is away"));
            assertThat(code(health, "/livez")).isEqualTo(200);
            assertThat(health.answer("/livez/kms-providers", Query.EMPTY)).isNull();
            assertThat(code(health, "/readyz")).isEqualTo(500);
            assertThat(code(health, "/healthz/kms-providers")).isEqualTo(500);
            assertThat(code(health, "/readyz/shutdown")).isEqualTo(200);
        }
    }

    private static int code(Health health, String path) {
        return Objects.requireNonNull(health.answer(path, Query.EMPTY)).status();
    }
}
