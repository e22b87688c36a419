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
    private final Faults faults;

    /** What a test wants, and what it has seen. */
    private static final class Faults {
        final List<Request> writes = new ArrayList<>();
        final Set<Stream> watches = ConcurrentHashMap.newKeySet();
        volatile UnaryOperator<Request> interceptor = UnaryOperator.identity();
    }

    public FaultyTransport(Transport server) {
        this(server, new Faults());
    }

    private FaultyTransport(Transport server, Faults faults) {
        this.server = server;
        this.faults = faults;
    }

    /** Another way to the server that fails, and is watched, together with this one. */
    public FaultyTransport with(Transport other) {
        return new FaultyTransport(other, faults);
    }

    /** Passes each request through {@code by} first; what that throws, the caller gets. */
    public void intercept(UnaryOperator<Request> by) {
        faults.interceptor = by;
    }

    /** Ends all watches that are open. */
    public void breakWatches() {
        faults.watches.forEach(Stream::close);
    }

    /** All write requests so far, in order. */
    public List<Request> writes() {
        synchronized (faults.writes) {
            return List.copyOf(faults.writes);
        }
    }

    @Override
    public MapValue call(Request request) {
        if (!READS.contains(request.verb())) {
            synchronized (faults.writes) {
                faults.writes.add(request);
            }
        }
        return server.call(faults.interceptor.apply(request));
    }

    @Override
    public EventStream watch(Request request) {
        Stream stream = new Stream(server.watch(faults.interceptor.apply(request)));
        faults.watches.add(stream);
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
            faults.watches.remove(this);
            events.close();
        }
    }
}
