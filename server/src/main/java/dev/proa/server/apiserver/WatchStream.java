package dev.proa.server.apiserver;

import dev.proa.api.status.StatusException;
import dev.proa.api.value.MapValue;
import dev.proa.server.catalog.Endpoint;
import dev.proa.server.encoding.Encoding;
import dev.proa.server.store.Store;
import dev.proa.server.store.StoredObject;
import dev.proa.server.store.Watch;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The events of one watch, as its client receives them. For one reader at a time; {@link #close()} may be called by
 * any thread and ends a blocked {@link #next}.
 */
public final class WatchStream implements AutoCloseable {
    private static final Duration BOOKMARK_INTERVAL = Duration.ofMinutes(1);
    /** A last bookmark comes this long before the end. */
    private static final Duration LAST_BOOKMARK = Duration.ofSeconds(2);

    /** The maximum number of initial events that are created at once, for clients that read slowly. */
    private static final int MOST_AT_ONCE = 1_000;

    private final Settings settings;
    private final InstantSource clock;
    private final @Nullable Watch watch;
    private final Iterator<Event> initial;
    private Instant nextBookmark;
    private volatile boolean ended;
    private ResponseTransformer.@Nullable EventTransformer transformer;
    private Runnable onClose = () -> {};

    /**
     * @param type ADDED, MODIFIED, DELETED, BOOKMARK or ERROR
     * @param stored shares the encoded object; null when the object is not just as stored
     */
    public record Event(
            String type, MapValue object, @Nullable StoredObject stored) {

        /** The object in an encoding; nobody may change it. */
        public byte[] bytes(Encoding encoding) {
            return stored == null ? encoding.object(object) : encoding.object(stored);
        }
    }

    /**
     * The parameters of a watch.
     *
     * @param end when the server ends it
     * @param after the revision after which it begins to tell anything
     */
    record Settings(Endpoint endpoint, Selection selection, boolean bookmarks, Instant end, long after) {
        /** Whether objects are read by asking somebody else, and selected by what was read. */
        boolean readsByCalls() {
            return endpoint.strategy().readsByCalls();
        }

        /**
         * Tells a revision up to which the client has seen everything.
         *
         * @param initial whether it ends the initial events
         */
        Event bookmark(long revision, boolean initial) {
            MapValue.Builder metadata = MapValue.builder(3);
            if (initial) {
                metadata.put("annotations", MapValue.of("k8s.io/initial-events-end", "true"));
            }
            metadata.put("resourceVersion", Long.toString(revision));
            MapValue object = MapValue.of(
                    "apiVersion", endpoint.apiVersion(), "kind", endpoint.kind(), "metadata", metadata.build());
            return new Event("BOOKMARK", object, null);
        }
    }

    WatchStream(Settings settings, InstantSource clock, @Nullable Watch watch, Iterator<Event> initial) {
        this.settings = settings;
        this.clock = clock;
        this.watch = watch;
        this.initial = initial;
        this.nextBookmark = clock.instant().plus(BOOKMARK_INTERVAL);
        Instant last = settings.end().minus(LAST_BOOKMARK);
        if (nextBookmark.isAfter(last)) {
            nextBookmark = last.isBefore(clock.instant()) ? settings.end() : last;
        }
    }

    /** A watch that consists of an error. */
    static WatchStream failed(Settings settings, InstantSource clock, StatusException error) {
        return new WatchStream(
                settings,
                clock,
                null,
                List.of(new Event("ERROR", error.status(), null)).iterator());
    }

    /** Has every event transformed before it is given out. To be called before the first {@link #next}. */
    void transformedBy(ResponseTransformer.EventTransformer wanted) {
        transformer = wanted;
    }

    /**
     * The next events, as many as are there; none when {@code timeout} passed or the stream has {@linkplain #ended() ended}.
     */
    public List<Event> next(Duration timeout) throws InterruptedException {
        List<Event> events = plain(timeout);
        ResponseTransformer.EventTransformer wanted = transformer;
        if (wanted == null || events.isEmpty()) {
            return events;
        }
        List<Event> transformed = new ArrayList<>(events.size());
        events.forEach(event -> transformed.add(wanted.apply(event)));
        return transformed;
    }

    /** Whether {@link #next} may wait even if its timeout is zero, so that it must not be called on an event loop. */
    public boolean mayBlock() {
        return settings.readsByCalls();
    }

    private List<Event> plain(Duration timeout) throws InterruptedException {
        try {
            return events(timeout);
        } catch (StatusException e) {
            // An object cannot be read in this version: the client has to list again.
            ended = true;
            return List.of(new Event("ERROR", e.status(), null));
        }
    }

    private List<Event> events(Duration timeout) throws InterruptedException {
        if (ended) {
            return List.of();
        }
        if (initial.hasNext()) {
            List<Event> events = new ArrayList<>();
            while (initial.hasNext() && events.size() < MOST_AT_ONCE) {
                events.add(initial.next());
            }
            return events;
        }
        if (watch == null) {
            ended = true;
            return List.of();
        }
        Instant until = timeout.isZero() ? Instant.MIN : clock.instant().plus(timeout);
        Duration wait = Duration.ZERO;
        while (!ended) {
            List<Event> events = read(watch, wait);
            if (!events.isEmpty()) {
                return events;
            }
            Instant now = clock.instant();
            if (watch.closed() || !now.isBefore(settings.end())) {
                ended = true;
            } else if (settings.bookmarks() && !now.isBefore(nextBookmark)) {
                Instant last = settings.end().minus(LAST_BOOKMARK);
                Instant usual = now.plus(BOOKMARK_INTERVAL);
                nextBookmark = usual.isAfter(last) && now.isBefore(last) ? last : usual;
                if (watch.revision() >= settings.after()) {
                    return List.of(settings.bookmark(watch.revision(), false));
                }
            } else if (!now.isBefore(until)) {
                return List.of();
            } else {
                wait = Duration.between(now, nextLook(until));
            }
        }
        return List.of();
    }

    /** When something is to be done even if there is no event. */
    private Instant nextLook(Instant until) {
        Instant own = settings.bookmarks() && nextBookmark.isBefore(settings.end()) ? nextBookmark : settings.end();
        return until.isBefore(own) ? until : own;
    }

    private List<Event> read(Watch source, Duration timeout) throws InterruptedException {
        try {
            List<Watch.Event> changes = source.next(timeout);
            List<Event> events = new ArrayList<>(changes.size());
            for (Watch.Event change : changes) {
                Event event = change.object().revision() > settings.after() ? event(change) : null;
                if (event != null) {
                    events.add(event);
                }
            }
            return events;
        } catch (Store.CompactedException e) {
            ended = true;
            return List.of(new Event(
                    "ERROR",
                    StatusException.expired("too old resource version: " + source.revision() + " ("
                                    + e.compactedRevision() + ")")
                            .status(),
                    null));
        }
    }

    /**
     * Has {@code listener} called when there may be events again after {@link #next} gave none; see {@link Watch#onEvents}. Bookmarks and
     * the end of the stream come without a call: whoever listens asks every now and then.
     */
    public void onEvents(Runnable listener) {
        if (watch != null) {
            watch.onEvents(listener);
        }
    }

    /** What a change means to somebody who sees only selected objects; null when it does not concern them. */
    private @Nullable Event event(Watch.Event change) {
        StoredObject object = change.object();
        if (settings.readsByCalls() && !settings.selection().isEverything()) {
            return readAndSelected(change);
        }
        return switch (change.type()) {
            case CREATED -> event("ADDED", object);
            case DELETED -> event("DELETED", object);
            case UPDATED -> updated(Objects.requireNonNull(change.previous()), object);
        };
    }

    /** The same where the selection can be told only of what was read. */
    private @Nullable Event readAndSelected(Watch.Event change) {
        Selection selection = settings.selection();
        StoredObject object = settings.endpoint().inVersionForAll(change.object());
        boolean now = selection.matches(object.value());
        StoredObject previous = change.previous();
        if (change.type() != Watch.Type.UPDATED || previous == null) {
            String type = change.type() == Watch.Type.DELETED ? "DELETED" : "ADDED";
            return now ? new Event(type, object.value(), object) : null;
        }
        boolean before =
                selection.matches(settings.endpoint().inVersionForAll(previous).value());
        if (now) {
            return new Event(before ? "MODIFIED" : "ADDED", object.value(), object);
        }
        return before ? left(previous, change.object()) : null;
    }

    private Event updated(StoredObject previous, StoredObject object) {
        Selection selection = settings.selection();
        if (selection.isEverything()) {
            return event("MODIFIED", object);
        }
        if (!selection.matches(object.value())) {
            return left(previous, object);
        }
        return event(selection.matches(previous.value()) ? "MODIFIED" : "ADDED", object);
    }

    private Event event(String type, StoredObject object) {
        StoredObject versioned = settings.endpoint().inVersionForAll(object);
        return new Event(type, versioned.value(), versioned);
    }

    /** An object that is no longer selected: its last selected state at the revision of the change. */
    private Event left(StoredObject previous, StoredObject object) {
        MapValue last = settings.endpoint()
                .inVersionForAll(previous)
                .value()
                .withMap("metadata", meta -> meta.with("resourceVersion", Long.toString(object.revision())));
        return new Event("DELETED", last, null);
    }

    /** Whether the stream has ended. */
    public boolean ended() {
        return ended;
    }

    /** Has {@code action} run once the stream is closed. To be called before it is given out. */
    void onClose(Runnable action) {
        Runnable others = onClose;
        onClose = () -> {
            others.run();
            action.run();
        };
    }

    /** Lets the stream end by itself, after the events that were there already. By any thread. */
    void end() {
        if (watch != null) {
            watch.close();
        }
    }

    @Override
    public void close() {
        ended = true;
        onClose.run();
        if (watch != null) {
            watch.close();
        }
    }
}
