package dev.proa.control.scheduler;

import dev.proa.api.core.v1.Event;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.MapValue;
import dev.proa.api.value.Times;
import dev.proa.client.Client;
import dev.proa.client.Patch;
import dev.proa.client.Transport.TransportException;
import dev.proa.client.clock.Clock;
import dev.proa.client.reconcile.EventRecorder;
import dev.proa.client.supervision.Loop;
import dev.proa.client.supervision.Supervisor;
import dev.proa.control.scheduler.framework.EventSink;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Records the scheduler's events. Unlike those of controllers they follow {@code events.k8s.io/v1}: they name the action and who took
 * it, have one exact time, and become a series when they are repeated for the same revision of a pod.
 *
 * <p>{@link #record} neither blocks nor fails: a loop writes the events, and those that it cannot keep up with are dropped.
 */
final class SchedulingEvents implements EventSink, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SchedulingEvents.class);
    private static final int QUEUED = 1000;
    private static final int LONGEST_NOTE = 1024;
    private static final int REMEMBERED = 4096;
    private static final Duration SERIES_ENDS = Duration.ofMinutes(6);

    private final Client client;
    private final Clock clock;
    private final String host = host();
    private final LinkedBlockingQueue<Event> queue = new LinkedBlockingQueue<>(QUEUED);
    private final Map<Key, Written> written = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, Written> eldest) {
            return size() > REMEMBERED;
        }
    };
    private final AtomicLong names = new AtomicLong();
    private final Loop writer;

    /** @param supervisor runs the loop that writes events */
    SchedulingEvents(Client client, Supervisor supervisor, Clock clock) {
        this.client = client;
        this.clock = clock;
        this.writer = supervisor.group("events").repeat("events-" + Scheduler.NAME, loop -> writeNext());
    }

    /**
     * Records an event, in the name of the scheduler that the pod has chosen.
     *
     * @param type {@code Normal} or {@code Warning}
     * @param reason for machines, in CamelCase
     * @param action what was tried: {@code Scheduling} or {@code Binding}
     * @param note for people; cut to 1,024 characters
     */
    void record(Pod about, String type, String reason, String action, String note) {
        record(Profiles.name(about), about, type, reason, action, note);
    }

    @Override
    public void record(String scheduler, Pod about, String type, String reason, String action, String note) {
        Instant now = clock.instant();
        String cut = note.length() <= LONGEST_NOTE ? note : note.substring(0, LONGEST_NOTE - 4) + " ...";
        Event event = new Event(MapValue.builder(13)
                .put("apiVersion", "v1")
                .put("kind", "Event")
                .put("metadata", MapValue.of("name", about.name() + "." + hex(now), "namespace", about.namespace()))
                .put("involvedObject", EventRecorder.reference(about).value())
                .put("reason", reason)
                .put("message", cut)
                .put("source", MapValue.EMPTY)
                .put("firstTimestamp", null)
                .put("lastTimestamp", null)
                .put("type", type)
                .put("eventTime", Times.formatMicro(now))
                .put("action", action)
                .put("reportingComponent", scheduler)
                .put("reportingInstance", scheduler + "-" + host)
                .build());
        if (!queue.offer(event)) {
            LOG.debug("Dropped the event {} of {}", reason, about.name());
        }
    }

    @Override
    public void close() {
        writer.close();
    }

    private void writeNext() throws InterruptedException {
        Event event = queue.take();
        try {
            write(event);
        } catch (StatusException | TransportException e) {
            LOG.debug("Event {} was not recorded: {}", event.reason(), e.getMessage());
        }
    }

    private void write(Event event) {
        Key key = new Key(event.value().map("involvedObject"), event.type(), event.reason(), event.action());
        Instant now = clock.instant();
        Written before = written.get(key);
        if (before == null || before.last.plus(SERIES_ENDS).isBefore(now)) {
            client.resource(Event.KIND).create(event);
            written.put(key, new Written(event.name(), 1, now));
            return;
        }
        Written more = new Written(before.name, before.count + 1, now);
        written.put(key, more);
        if (more.count == 2) { // the second says that it is a series; each further one is not worth a write
            MapValue series = MapValue.of("count", (long) more.count, "lastObservedTime", Times.formatMicro(now));
            client.resource(Event.KIND)
                    .in(event.namespace())
                    .patch(more.name, Patch.strategic(MapValue.of("series", series)));
        }
    }

    /** Names of events end in the time, in nanoseconds, as a hexadecimal number. */
    private String hex(Instant now) {
        return Long.toHexString(now.getEpochSecond() * 1_000_000_000 + now.getNano() + names.getAndIncrement() % 1000);
    }

    private static String host() {
        try {
            return Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
        } catch (IOException e) {
            String name = System.getenv("HOSTNAME");
            return name == null ? "localhost" : name;
        }
    }

    private record Key(MapValue object, String type, String reason, String action) {}

    private record Written(String name, int count, Instant last) {}
}
