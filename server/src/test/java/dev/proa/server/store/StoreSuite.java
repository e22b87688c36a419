package dev.proa.server.store;

import dev.proa.api.value.MapValue;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** What the suites share that every implementation of {@link Store} inherits. */
abstract class StoreSuite {
    static final Duration LONG = Duration.ofSeconds(60);
    static final Duration NO_TIME = Duration.ZERO;

    Store store;

    /** A new, empty store, whose watches end with more than {@code patience} events not read. */
    abstract Store open(int patience);

    @BeforeEach
    void openStore() {
        store = open(10_000);
    }

    @AfterEach
    void closeStore() {
        store.close();
    }

    static Key pod(String namespace, String name) {
        return new Key("pods", namespace, name);
    }

    static Key node(String name) {
        return new Key("nodes", "", name);
    }

    static MapValue value(String text) {
        return MapValue.of("metadata", MapValue.of("name", "n"), "text", text);
    }

    static String text(@Nullable StoredObject object) {
        return object == null ? "none" : object.value().string("text");
    }

    static List<StoredObject> list(Iterable<StoredObject> objects) {
        return StreamSupport.stream(objects.spliterator(), false).toList();
    }

    static List<String> names(Iterable<StoredObject> objects) {
        return list(objects).stream()
                .map(object -> object.key().namespace() + "/" + object.key().name())
                .toList();
    }

    /** Reads until there are {@code count} events. */
    static List<Watch.Event> events(Watch watch, int count) throws InterruptedException {
        List<Watch.Event> events = new ArrayList<>();
        long end = System.nanoTime() + LONG.toNanos();
        while (events.size() < count) {
            if (System.nanoTime() > end || watch.closed()) {
                throw new AssertionError("only " + events.size() + " of " + count + " events: " + events);
            }
            events.addAll(watch.next(Duration.ofSeconds(1)));
        }
        return events;
    }
}
