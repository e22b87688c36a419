package dev.proa.client.reconcile;

import dev.proa.api.core.v1.Event;
import dev.proa.api.core.v1.ObjectReference;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.MapValue;
import dev.proa.api.value.Times;
import dev.proa.api.view.KubeObject;
import dev.proa.client.Client;
import dev.proa.client.Patch;
import dev.proa.client.Transport.TransportException;
import dev.proa.client.clock.Clock;
import dev.proa.client.supervision.Loop;
import dev.proa.client.supervision.Supervisor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Records {@code Event}s about objects. Equal events are counted in one, many similar ones are combined, and an object
 * that causes too many is rate-limited ({@link EventCorrelator}).
 *
 * <p>{@link #event} never blocks and never fails: events are written by the recorder's own thread, and dropped when it
 * cannot keep up.
 */
public final class EventRecorder implements AutoCloseable {
    public static final String NORMAL = "Normal";
    public static final String WARNING = "Warning";

    private static final Logger LOG = LoggerFactory.getLogger(EventRecorder.class);
    private static final int QUEUED = 1000;
    /** As client-go's recorder. */
    private static final int ATTEMPTS = 12;

    private final Client client;
    private final Clock clock;
    private final String component;
    private final String host;
    private final EventCorrelator correlator;
    private final LinkedBlockingQueue<Event> queue = new LinkedBlockingQueue<>(QUEUED);
    private final Loop writer;
    /** What the server has not been reached for, and how often that was tried. Used by the loop alone. */
    private EventCorrelator.@Nullable Action unwritten;

    private int attempts;

    /** A recorder with a supervisor of its own. */
    public EventRecorder(Client client, Clock clock, String component, String host) {
        this(client, new Supervisor(clock, RandomGenerator.getDefault()), clock, component, host);
    }

    /**
     * @param supervisor runs the loop that writes events
     * @param component the reporting component, such as {@code deployment-controller}
     * @param host the node it runs on; empty for control plane components
     */
    public EventRecorder(Client client, Supervisor supervisor, Clock clock, String component, String host) {
        this.client = client;
        this.clock = clock;
        this.component = component;
        this.host = host;
        this.correlator = new EventCorrelator(clock);
        this.writer = supervisor.group("events").repeat("events-" + component, loop -> writeNext());
    }

    /** Records a {@code Normal} event. */
    public void normal(KubeObject about, String reason, String message) {
        event(about, NORMAL, reason, message);
    }

    /** Records a {@code Warning} event. */
    public void warning(KubeObject about, String reason, String message) {
        event(about, WARNING, reason, message);
    }

    /**
     * Records an event.
     *
     * @param type {@link #NORMAL} or {@link #WARNING}
     * @param reason for machines, in CamelCase
     * @param message for people, one sentence without a full stop
     */
    public void event(KubeObject about, String type, String reason, String message) {
        event(reference(about), type, reason, message);
    }

    /**
     * As {@link #event(KubeObject, String, String, String)}, about a part of an object or about one known only by
     * reference.
     */
    public void event(ObjectReference about, String type, String reason, String message) {
        String now = Times.format(clock.instant());
        String namespace = about.namespace().isEmpty() ? "default" : about.namespace();
        MapValue.Builder source = MapValue.builder(2).put("component", component);
        if (!host.isEmpty()) {
            source.put("host", host);
        }
        Event event = new Event(MapValue.builder(14)
                .put("apiVersion", "v1")
                .put("kind", "Event")
                .put("metadata", MapValue.of("name", "", "namespace", namespace))
                .put("involvedObject", about.value())
                .put("reason", reason)
                .put("message", message)
                .put("source", source.build())
                .put("firstTimestamp", now)
                .put("lastTimestamp", now)
                .put("count", 1L)
                .put("type", type)
                .put("eventTime", null)
                .put("reportingComponent", component)
                .put("reportingInstance", host)
                .build());
        if (!queue.offer(event)) {
            LOG.debug("Dropped the event {} of {}", reason, about.name());
        }
    }

    /** The reference by which an event names its object. */
    public static ObjectReference reference(KubeObject object) {
        MapValue.Builder reference = MapValue.builder(6)
                .put("apiVersion", object.apiVersion())
                .put("kind", object.kind())
                .put("name", object.name());
        putUnlessEmpty(reference, "namespace", object.namespace());
        putUnlessEmpty(reference, "resourceVersion", object.resourceVersion());
        putUnlessEmpty(reference, "uid", object.uid());
        return new ObjectReference(reference.build());
    }

    /** Stops; events not yet written are dropped. Idempotent. */
    @Override
    public void close() {
        writer.close();
    }

    private static void putUnlessEmpty(MapValue.Builder builder, String name, String value) {
        if (!value.isEmpty()) {
            builder.put(name, value);
        }
    }

    /**
     * Writes an event. One that the server refuses is dropped, as there is nobody to tell; one that did not reach the
     * server is tried again before the next.
     */
    private void writeNext() throws InterruptedException {
        EventCorrelator.Action action = unwritten;
        if (action == null) {
            action = correlator.correlate(queue.take());
        }
        unwritten = null;
        try {
            write(action);
            attempts = 0;
        } catch (StatusException e) {
            LOG.debug("An event of {} was refused: {}", component, e.getMessage());
            attempts = 0;
        } catch (TransportException e) {
            attempts++;
            if (attempts == ATTEMPTS) {
                attempts = 0;
                LOG.warn("An event of {} was dropped: {}", component, e.getMessage());
            } else {
                unwritten = action;
            }
            throw e;
        }
    }

    private void write(EventCorrelator.Action action) {
        switch (action) {
            case EventCorrelator.Action.Drop() -> {}
            case EventCorrelator.Action.Create(Event fresh) -> create(fresh);
            case EventCorrelator.Action.Count(Event counted) -> {
                try {
                    correlator.written(client.resource(Event.KIND)
                            .in(counted.namespace())
                            .patch(
                                    counted.name(),
                                    Patch.strategic(MapValue.of(
                                            "count",
                                            (long) counted.count(),
                                            "lastTimestamp",
                                            counted.value().get("lastTimestamp"),
                                            "message",
                                            counted.message()))));
                } catch (StatusException e) {
                    if (e.code() != 404) {
                        throw e;
                    }
                    create(new Event(counted.withMetadata(m -> m.withoutResourceVersion())
                            .value()));
                }
            }
        }
    }

    private void create(Event event) {
        Event created = client.resource(Event.KIND).create(event);
        correlator.written(created);
    }
}
