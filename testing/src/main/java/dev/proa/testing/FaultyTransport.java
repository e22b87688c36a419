package dev.proa.testing;

import dev.proa.api.value.MapValue;
import dev.proa.client.Transport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A transport to a real API server that fails when a test says so: requests are refused or changed on their way ({@link
 * #intercept}), and watches break ({@link #breakWatches}). It remembers the writes. Thread-safe.
 */
public final class FaultyTransport implements Transport {
    private static final Set<String> READS = Set.of("get", "list", "watch");

    private final Transport server;
    private final List<Request> writes = new ArrayList<>();
    private final Set<Stream> watches = ConcurrentHashMap.newKeySet();
    private volatile UnaryOperator<Request> interceptor = UnaryOperator.identity();

    public FaultyTransport(Transport server) {
        this.server = server;
    }

    /** Passes each request through {@code by} first; what that throws, the caller gets. */
    public void intercept(UnaryOperator<Request> by) {
        interceptor = by;
    }

    /** Ends all watches that are open. */
    public void breakWatches() {
        watches.forEach(Stream::close);
    }

    /** All write requests so far, in order. */
    public List<Request> writes() {
        synchronized (writes) {
            return List.copyOf(writes);
        }
    }

    @Override
    public MapValue call(Request request) {
        if (!READS.contains(request.verb())) {
            synchronized (writes) {
                writes.add(request);
            }
        }
        return server.call(interceptor.apply(request));
    }

    @Override
    public EventStream watch(Request request) {
        Stream stream = new Stream(server.watch(interceptor.apply(request)));
        watches.add(stream);
        return stream;
    }

    @Override
    public void close() {
        server.close();
    }

    private final class Stream implements EventStream {
        private final EventStream events;
        private volatile boolean closed;

        private Stream(EventStream events) {
            this.events = events;
        }

        @Override
        public @Nullable WatchEvent next(Duration timeout) throws InterruptedException {
            return events.next(timeout);
        }

        @Override
        public boolean ended() {
            return closed || events.ended();
        }

        @Override
        public void close() {
            closed = true;
            watches.remove(this);
            events.close();
        }
    }
}
