package dev.proa.testing;

import dev.proa.api.status.Reason;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.MapValue;
import dev.proa.client.Transport;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A transport that fails at random between {@link #begin} and {@link #end}: requests are refused with Kubernetes' error codes, meet conflicts,
 * do not reach the server, or reach it while the response is lost; watches cannot be opened, end, or break; and now and then a
 * request throws what no transport should, even an {@link Error}. Thread-safe.
 */
public final class ChaosTransport implements Transport {
    private final Transport server;
    private final RandomGenerator random;
    private final int percent;
    private final AtomicLong injected = new AtomicLong();
    private volatile boolean failing;

    /**
     * @param random what fails, and how; used by many threads
     * @param percent of requests and watch events that fail
     */
    public ChaosTransport(Transport server, RandomGenerator random, int percent) {
        this.server = server;
        this.random = random;
        this.percent = percent;
    }

    /** From now on requests and watches fail. */
    public void begin() {
        failing = true;
    }

    /** From now on nothing fails any more. */
    public void end() {
        failing = false;
    }

    /** How many failures there were. */
    public long injected() {
        return injected.get();
    }

    private boolean strikes() {
        boolean strikes = failing && random.nextInt(100) < percent;
        if (strikes) {
            injected.incrementAndGet();
        }
        return strikes;
    }

    @Override
    public MapValue call(Request request) {
        if (!strikes()) {
            return server.call(request);
        }
        if (random.nextInt(4) == 0) {
            server.call(request); // it happens, but nobody hears of it
            throw new TransportException("chaos: the response was lost", new IOException("Connection reset"));
        }
        throw failure(request);
    }

    private RuntimeException failure(Request request) {
        return switch (random.nextInt(8)) {
            case 0 -> StatusException.of(Reason.InternalError, "chaos: internal error", MapValue.EMPTY);
            case 1 -> StatusException.serviceUnavailable("chaos: unavailable");
            case 2 -> StatusException.of(Reason.TooManyRequests, "chaos: too many requests", MapValue.EMPTY);
            case 3 -> new TransportException("chaos: not connected", new IOException("Connection refused"));
            case 4 -> new IllegalStateException("chaos: a bug");
            case 5 -> throw new LinkageError("chaos: a class that is missing");
            // An object that is created conflicts only when there is one of its name.
            default ->
                request.verb().equals("create")
                        ? StatusException.of(Reason.Timeout, "chaos: timeout", MapValue.EMPTY)
                        : StatusException.of(Reason.Conflict, "chaos: conflict", MapValue.EMPTY);
        };
    }

    @Override
    public EventStream watch(Request request) {
        if (strikes()) {
            throw failure(request);
        }
        return new Stream(server.watch(request));
    }

    @Override
    public void close() {
        server.close();
    }

    /** Each event may be the last. */
    private final class Stream implements EventStream {
        private final EventStream events;
        private volatile boolean over;

        Stream(EventStream events) {
            this.events = events;
        }

        @Override
        public @Nullable WatchEvent next(Duration timeout) throws InterruptedException {
            WatchEvent event = over ? null : events.next(timeout);
            if (event != null && strikes()) {
                over = true;
                events.close();
                switch (random.nextInt(4)) {
                    case 0 ->
                        throw new TransportException("chaos: the watch broke", new IOException("Connection reset"));
                    case 1 -> throw new IllegalStateException("chaos: a bug while reading");
                    case 2 -> {
                        return new WatchEvent(
                                "ERROR",
                                StatusException.expired("chaos: too old").status());
                    }
                    default -> {
                        return null;
                    }
                }
            }
            return event;
        }

        @Override
        public boolean ended() {
            return over || events.ended();
        }

        @Override
        public void close() {
            events.close();
        }
    }
}
