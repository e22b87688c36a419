package dev.proa.client.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.core.v1.ConfigMap;
import dev.proa.api.core.v1.Event;
import dev.proa.client.Client;
import dev.proa.client.Transport.TransportException;
import dev.proa.testing.Await;
import dev.proa.testing.FakeTransport;
import dev.proa.testing.SimulatedClock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class EventRecorderTest {
    private final SimulatedClock clock = new SimulatedClock();
    private final FakeTransport server = new FakeTransport(clock);
    private final Client client = new Client(server);
    private final EventRecorder recorder = new EventRecorder(client, clock, "test-controller", "");
    private ConfigMap about = ConfigMap.of("default", "a");

    @BeforeEach
    void create() {
        about = client.resource(ConfigMap.KIND).create(about);
    }

    @AfterEach
    void close() {
        recorder.close();
    }

    private List<Event> events() {
        return client.resource(Event.KIND).in("default").list();
    }

    @Test
    void writesAnEvent() throws Exception {
        recorder.normal(about, "Made", "Made it");
        Await.until("the event", () -> events().size() == 1);
        Event event = events().getFirst();
        assertThat(event.name()).startsWith("a.");
        assertThat(event.involvedObject().uid()).isEqualTo(about.uid());
        assertThat(event.involvedObject().kind()).isEqualTo("ConfigMap");
        assertThat(event.source().component()).isEqualTo("test-controller");
        assertThat(event.firstTimestamp()).isEqualTo(clock.instant());
        assertThat(event.count()).isEqualTo(1);
        assertThat(event.type()).isEqualTo("Normal");
    }

    @Test
    void writesAnEventOnceTheServerIsReachedAgain() throws Exception {
        AtomicInteger refused = new AtomicInteger();
        server.intercept(request -> {
            if (request.verb().equals("create")
                    && request.path().endsWith("/events")
                    && refused.incrementAndGet() <= 3) {
                throw new TransportException("not connected", null);
            }
            return request;
        });
        recorder.normal(about, "Made", "Made it");
        recorder.normal(about, "Used", "Used it");
        Await.until("the events", () -> {
            clock.advance(Duration.ofMillis(100));
            return events().size() == 2;
        });
        assertThat(refused.get()).isEqualTo(5);
    }

    @Test
    void countsEqualEventsInOne() throws Exception {
        recorder.warning(about, "Failed", "It failed");
        Await.until("the event", () -> events().size() == 1);
        clock.advance(Duration.ofSeconds(30));
        recorder.warning(about, "Failed", "It failed");
        Await.until("the count", () -> events().getFirst().count() == 2);
        assertThat(events()).hasSize(1);
        assertThat(events().getFirst().lastTimestamp()).isEqualTo(clock.instant());
    }

    @Test
    void combinesManySimilarEventsAndCutsOffTooMany() throws Exception {
        for (int i = 0; i < 40; i++) {
            recorder.normal(about, "Created", "Created " + i);
        }
        Await.until(
                "the combined event",
                () -> events().stream()
                        .anyMatch(event -> event.message().startsWith("(combined from similar events)")));
        Await.until("its count", () -> events().stream().anyMatch(event -> event.count() == 16));
        assertThat(events()).hasSize(10);
    }
}
