package dev.proa.bench;

import dev.proa.api.codec.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Counts events of a watch, from the moment when it is made until enough have come. */
final class WatchedCount implements AutoCloseable {
    private static final int TRIES = 5;

    private final Subject subject;
    private final String list;
    private final String selector;
    private final Predicate<String> counts;
    private final CountDownLatch missing;
    private volatile InputStream events;
    private volatile boolean closed;
    private volatile @Nullable String problem;

    /**
     * Begins to watch.
     *
     * @param list the path of what is watched
     * @param selector as in {@code fieldSelector=...}; empty for all
     * @param expected how many events are waited for
     * @param counts whether an event, as JSON, is one of them; called by one thread
     */
    WatchedCount(Subject subject, String list, String selector, int expected, Predicate<String> counts) {
        this.subject = subject;
        this.list = list;
        this.selector = selector;
        this.counts = counts;
        this.missing = new CountDownLatch(expected);
        String version =
                Json.decodeMap(subject.get(list + "?limit=1")).map("metadata").string("resourceVersion");
        this.events = watch(version);
        Thread.ofVirtual().start(() -> follow(version));
    }

    private InputStream watch(String version) {
        return subject.watch(list + "?watch=1&resourceVersion=" + version + "&" + selector);
    }

    /** Reads to the end, and goes on where a watch has ended: kube-apiserver ends watches whose client does not keep up. */
    private void follow(String version) {
        String from = version;
        int withoutEvents = 0;
        try {
            while (missing.getCount() > 0) {
                String last = read();
                if (problem != null || closed) {
                    return;
                }
                withoutEvents = last == null ? withoutEvents + 1 : 0;
                if (withoutEvents > TRIES) {
                    problem = "the server ended it " + withoutEvents + " times before an event";
                    return;
                }
                from = last == null
                        ? from
                        : Json.decodeMap(last).map("object").map("metadata").string("resourceVersion");
                events = watch(from);
            }
        } catch (IOException | RuntimeException e) {
            problem = e + " after resource version " + from; // which nobody reads when it was closed
        }
    }

    /** Reads until the server ends the watch; the last event, null when there was none. */
    private @Nullable String read() throws IOException {
        String last = null;
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(events, StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith("{\"type\":\"ERROR\"")) {
                    problem = line;
                    return null;
                }
                last = line;
                if (counts.test(line)) {
                    missing.countDown();
                }
            }
        }
        return last;
    }

    /**
     * Waits until all have come.
     *
     * @return whether they have in time
     * @throws IllegalStateException when they have not because the watch failed
     */
    boolean await(Duration patience) throws InterruptedException {
        long end = System.nanoTime() + patience.toNanos();
        while (!missing.await(100, TimeUnit.MILLISECONDS)) {
            String failure = problem;
            if (failure != null && missing.getCount() > 0) {
                throw new IllegalStateException("The watch failed: " + failure);
            }
            if (System.nanoTime() > end) {
                return false;
            }
        }
        return true;
    }

    /** How many are still to come. */
    long missing() {
        return missing.getCount();
    }

    @Override
    public void close() {
        closed = true;
        try {
            events.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
