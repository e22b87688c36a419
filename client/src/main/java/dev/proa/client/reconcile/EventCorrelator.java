package dev.proa.client.reconcile;

import dev.proa.api.core.v1.Event;
import dev.proa.api.value.MapValue;
import dev.proa.client.clock.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether an event is written, counted or dropped, by the rules of client-go's correlator:
 *
 * <ol>
 *   <li>An object may cause 25 events of a source at once and one more every five minutes; the others are dropped.
 *   <li>When an object causes events that differ only in their message, the tenth and later ones within ten minutes are one
 *       event, "(combined from similar events)".
 *   <li>An event equal to an earlier one increments the count of that one instead of being written again.
 * </ol>
 *
 * Remembers the last 4,096 of each. For one thread.
 */
final class EventCorrelator {
    private static final int REMEMBERED = 4096;
    private static final int BURST = 25;
    private static final Duration REFILL = Duration.ofMinutes(5);
    private static final int SIMILAR = 10;
    private static final Duration SIMILAR_WITHIN = Duration.ofMinutes(10);

    private final Clock clock;
    private final Map<Object, Bucket> buckets = lru();
    private final Map<Object, Similar> similar = lru();
    private final Map<Object, Event> seen = lru();
    private long names;

    EventCorrelator(Clock clock) {
        this.clock = clock;
    }

    /** What to do with an event. */
    sealed interface Action {
        /** Too many of them. */
        record Drop() implements Action {}

        /** It is new. */
        record Create(Event event) implements Action {}

        /** It exists already: only its count, last time and message change. */
        record Count(Event event) implements Action {}
    }

    Action correlate(Event event) {
        Event combined = combine(event);
        Event before = seen.get(identity(combined));
        Action action;
        if (before == null) {
            Event named = withName(combined);
            seen.put(identity(named), named);
            action = new Action.Create(named);
        } else {
            Event counted = before.withCount(before.count() + 1).withMessage(combined.message());
            counted = new Event(
                    counted.value().with("lastTimestamp", event.value().get("lastTimestamp")));
            seen.put(identity(counted), counted);
            action = new Action.Count(counted);
        }
        return mayPass(event) ? action : new Action.Drop();
    }

    /** Remembers the event as the server stored it, for the next equal one. */
    void written(Event event) {
        seen.put(identity(event), event);
    }

    private Event combine(Event event) {
        Object key = new Group(
                event.value().map("source"),
                withoutVersion(event.value().map("involvedObject")),
                event.type(),
                event.reason());
        Instant now = clock.instant();
        Similar group = similar.get(key);
        if (group == null || Duration.between(group.last, now).compareTo(SIMILAR_WITHIN) > 0) {
            group = new Similar();
            similar.put(key, group);
        }
        group.last = now;
        group.messages.add(event.message());
        if (group.messages.size() < SIMILAR) {
            return event;
        }
        group.messages.remove(group.messages.iterator().next());
        return event.withMessage("(combined from similar events): " + event.message());
    }

    private boolean mayPass(Event event) {
        Object key = new Source(
                event.value().map("source"), withoutVersion(event.value().map("involvedObject")));
        Instant now = clock.instant();
        Bucket bucket = buckets.computeIfAbsent(key, absent -> new Bucket(now));
        double refilled = (double) Duration.between(bucket.filled, now).toMillis() / REFILL.toMillis();
        bucket.tokens = Math.min(BURST, bucket.tokens + refilled);
        bucket.filled = now;
        if (bucket.tokens < 1) {
            return false;
        }
        bucket.tokens -= 1;
        return true;
    }

    /** Names of events end in the time, in nanoseconds, as a hexadecimal number. */
    private Event withName(Event event) {
        Instant now = clock.instant();
        long nanos = now.getEpochSecond() * 1_000_000_000 + now.getNano() + names++ % 1000;
        String name = event.involvedObject().name() + "." + Long.toHexString(nanos);
        return event.withMetadata(metadata -> metadata.withName(name));
    }

    /** Combined events are equal whatever their message. */
    private static Object identity(Event event) {
        String message =
                event.message().startsWith("(combined from similar events): ") ? "(combined)" : event.message();
        return new Identity(
                new Group(
                        event.value().map("source"),
                        withoutVersion(event.value().map("involvedObject")),
                        event.type(),
                        event.reason()),
                message);
    }

    private static MapValue withoutVersion(MapValue reference) {
        return reference.without("resourceVersion");
    }

    private static <V> Map<Object, V> lru() {
        return new LinkedHashMap<>(16, 0.75f, true) {
            @Override
            protected boolean removeEldestEntry(Map.@Nullable Entry<Object, V> eldest) {
                return size() > REMEMBERED;
            }
        };
    }

    private record Group(MapValue source, MapValue object, String type, String reason) {}

    private record Identity(Group group, String message) {}

    private record Source(MapValue source, MapValue object) {}

    private static final class Similar {
        final Set<String> messages = new HashSet<>();
        Instant last = Instant.MIN;
    }

    private static final class Bucket {
        double tokens = BURST;
        Instant filled;

        Bucket(Instant now) {
            filled = now;
        }
    }
}
