package dev.proa.testing;

import dev.proa.api.value.MapValue;
import dev.proa.client.Transport.EventStream;
import dev.proa.client.Transport.WatchEvent;
import java.time.Duration;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/** A watch over the log of changes. Guarded by the monitor of its server. */
final class FakeWatch implements EventStream {
    private final FakeTransport server;
    private final FakePath path;
    private final FakeSelector selector;
    private final ArrayDeque<WatchEvent> first = new ArrayDeque<>();
    private long seen;
    private boolean ended;

    FakeWatch(FakeTransport server, FakePath path, FakeSelector selector, long from) {
        this.server = server;
        this.path = path;
        this.selector = selector;
        this.seen = from;
    }

    void push(WatchEvent event) {
        first.add(event);
    }

    void end() {
        ended = true;
    }

    @Override
    public @Nullable WatchEvent next(Duration timeout) throws InterruptedException {
        long deadline = System.nanoTime() + timeout.toNanos();
        synchronized (server) {
            while (true) {
                WatchEvent event = first.isEmpty() ? following() : first.poll();
                long left = (deadline - System.nanoTime()) / 1_000_000;
                if (event != null || ended || left <= 0) {
                    return event;
                }
                server.wait(left);
            }
        }
    }

    @Override
    public boolean ended() {
        synchronized (server) {
            return ended && first.isEmpty();
        }
    }

    @Override
    public void close() {
        synchronized (server) {
            ended = true;
            server.notifyAll();
        }
    }

    private @Nullable WatchEvent following() {
        if (ended) {
            return null;
        }
        for (FakeTransport.Change change : server.changesAfter(seen)) {
            seen = change.version();
            if (change.key().startsWith(path.prefix())) {
                WatchEvent event = event(change);
                if (event != null) {
                    return event;
                }
            }
        }
        return null;
    }

    private @Nullable WatchEvent event(FakeTransport.Change change) {
        MapValue before = change.before();
        MapValue after = change.after();
        boolean was = selector.matches(before);
        if (after != null && selector.matches(after)) {
            return new WatchEvent(was ? "MODIFIED" : "ADDED", after);
        }
        if (!was || before == null) {
            return null;
        }
        MapValue last = after == null ? before : after;
        return new WatchEvent(
                "DELETED", last.withMap("metadata", m -> m.with("resourceVersion", Long.toString(change.version()))));
    }
}
