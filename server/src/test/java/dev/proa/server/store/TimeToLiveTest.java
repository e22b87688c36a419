package dev.proa.server.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.value.MapValue;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TimeToLiveTest {
    private final Store store = MemoryStore.inMemory();
    private Instant now = Instant.EPOCH;
    private final TimeToLive events = new TimeToLive(store, "events", Duration.ofHours(1), () -> now);

    @AfterEach
    void close() {
        store.close();
    }

    private StoredObject create(String resource, String name) {
        return store.create(new Key(resource, "a", name), MapValue.EMPTY);
    }

    private List<String> tickAfter(Duration duration) {
        now = now.plus(duration);
        events.tick();
        List<String> left = new ArrayList<>();
        store.snapshot()
                .list("events", null, null)
                .forEach(object -> left.add(object.key().name()));
        return left;
    }

    @Test
    void whatWasNotWrittenForAnHourGoes() {
        create("pods", "p");
        create("events", "old");
        StoredObject rewritten = create("events", "rewritten");
        assertThat(tickAfter(Duration.ofMinutes(1))).containsExactly("old", "rewritten");
        create("events", "young");
        store.update(rewritten.key(), rewritten.revision(), MapValue.of("count", 2L));

        assertThat(tickAfter(Duration.ofMinutes(59))).containsExactly("old", "rewritten", "young");
        assertThat(tickAfter(Duration.ofMinutes(1))).containsExactly("rewritten", "young");
        assertThat(tickAfter(Duration.ofHours(1))).isEmpty();
        assertThat(store.snapshot().get(new Key("pods", "a", "p"))).isNotNull();
    }
}
