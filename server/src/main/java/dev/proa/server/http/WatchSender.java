package dev.proa.server.http;

import dev.proa.server.apiserver.WatchStream;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends the events of one watch. All that is there goes out at once, and no more is read while the client
 * does not take it. Everything but {@link #close()} happens on the event loop of the connection, and reading that may wait on a thread of its own.
 */
final class WatchSender {
    private static final Logger LOG = LoggerFactory.getLogger(WatchSender.class);

    private final Exchange exchange;
    private final WatchStream stream;
    private final WatchConnection connection;
    private final WatchLoop loop;
    private List<WatchStream.Event> batch = List.of();
    private int sent;
    private final Runnable ended;
    private final long start = System.nanoTime();
    private boolean open;
    private boolean finished;
    private boolean fetching;
    private boolean again;
    private @Nullable List<WatchStream.Event> fetched;

    /** Since when the client takes nothing; 0 while it does. */
    private long stalled;

    /** @param ended called once, when the watch is over */
    WatchSender(Exchange exchange, WatchStream stream, WatchConnection connection, WatchLoop loop, Runnable ended) {
        this.exchange = exchange;
        this.stream = stream;
        this.connection = connection;
        this.loop = loop;
        this.ended = ended;
    }

    /** Sends the head, and what is there already. */
    void start(List<String> warnings) {
        connection.open(warnings, this::opened, this::finish);
    }

    private void opened() {
        open = true;
        stream.onEvents(() -> loop.wake(this));
        pump();
    }

    /** Sends what is there, as far as the client takes it. */
    void pump() {
        try {
            if (exchange.isOver()) {
                finish();
                return;
            }
            if (!open && System.nanoTime() - start > Exchange.PATIENCE.toNanos()) {
                connection.reset();
                finish();
                return;
            }
            while (open && !finished) {
                if (connection.isFull()) {
                    stall();
                    return;
                }
                stalled = 0;
                if (sent == batch.size()) {
                    batch = List.of();
                    sent = 0;
                    List<WatchStream.Event> next = next();
                    if (next == null) {
                        return;
                    }
                    batch = next;
                    if (batch.isEmpty()) {
                        if (stream.ended()) {
                            connection.end();
                            finish();
                        }
                        return;
                    }
                }
                sent = connection.send(batch, sent);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            connection.reset();
            finish();
        } catch (RuntimeException e) {
            broken(e);
        }
    }

    /** The next events; null when they are read on the side, since that may wait: {@link #pump} is called again then. */
    private @Nullable List<WatchStream.Event> next() throws InterruptedException {
        if (!stream.mayBlock()) {
            return stream.next(Duration.ZERO);
        }
        List<WatchStream.Event> ready = fetched;
        fetched = null;
        // That there were none counts only if nothing happened meanwhile.
        if (ready != null && !(ready.isEmpty() && again)) {
            return ready;
        }
        again = fetching;
        if (!fetching) {
            fetching = true;
            Thread.ofVirtual().name("watch").start(this::fetch);
        }
        return null;
    }

    private void fetch() {
        try {
            List<WatchStream.Event> events = stream.next(Duration.ZERO);
            loop.execute(() -> {
                fetching = false;
                fetched = events;
                pump();
            });
        } catch (InterruptedException | RuntimeException e) {
            loop.execute(() -> broken(e));
        }
    }

    /** Ends the watch for something that must not happen. */
    void broken(Exception cause) {
        // The other watches of this event loop go on.
        LOG.error("A watch ends: {}", exchange.request().path(), cause);
        connection.reset();
        finish();
    }

    /** Waits for the client to take what was sent, but not for ever. */
    private void stall() {
        long now = System.nanoTime();
        if (stalled == 0) {
            stalled = now;
            connection.onDrain(this::pump);
        } else if (now - stalled > Exchange.PATIENCE.toNanos()) {
            exchange.giveUp(new CompletionException(new TimeoutException("a watch was not read")));
            finish();
        }
    }

    private void finish() {
        if (!finished) {
            finished = true;
            ended.run();
            exchange.abandoned();
            stream.close();
            loop.remove(this);
        }
    }

    /** Ends the watch. Any thread may do so. */
    void close() {
        stream.close();
        loop.wake(this);
    }
}
