package dev.proa.server.http;

import dev.proa.server.metrics.ServerMetrics;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The watches whose connections belong to one event loop. A commit that a thousand watches wait for wakes the loop once, and the loop then
 * serves those of them that have something to send. Once a second it looks after all of them, for bookmarks and ends.
 */
final class WatchLoop {
    private final EventLoop eventLoop;
    private final ServerMetrics metrics;
    private final Set<WatchSender> senders = ConcurrentHashMap.newKeySet();
    private final ConcurrentLinkedQueue<WatchSender> woken = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean scheduled = new AtomicBoolean();
    private final Future<?> clock;

    WatchLoop(EventLoop eventLoop, ServerMetrics metrics) {
        this.eventLoop = eventLoop;
        this.metrics = metrics;
        this.clock = eventLoop.scheduleAtFixedRate(this::look, 1, 1, TimeUnit.SECONDS);
    }

    /** Begins to serve a watch. */
    void add(WatchSender sender, java.util.List<String> warnings) {
        metrics.watchBegan();
        // Not before it has started: whoever looks after it sends events, and the head has to come first.
        eventLoop.execute(() -> {
            senders.add(sender);
            try {
                sender.start(warnings);
            } catch (RuntimeException e) {
                sender.broken(e);
            }
        });
    }

    void remove(WatchSender sender) {
        if (senders.remove(sender)) {
            metrics.watchEnded();
        }
    }

    /** A watch may have something to send. Any thread may say so; quick. */
    void wake(WatchSender sender) {
        woken.add(sender);
        if (scheduled.compareAndSet(false, true)) {
            eventLoop.execute(this::serve);
        }
    }

    /** Has something done on the event loop. Any thread may ask for it. */
    void execute(Runnable work) {
        eventLoop.execute(work);
    }

    private void serve() {
        scheduled.set(false);
        for (WatchSender sender = woken.poll(); sender != null; sender = woken.poll()) {
            sender.pump();
        }
    }

    private void look() {
        senders.forEach(WatchSender::pump);
    }

    /** Ends all watches. */
    void stop() {
        clock.cancel(false);
        senders.forEach(WatchSender::close);
    }
}
