package dev.proa.node.cri;

import dev.proa.client.clock.Clock;
import dev.proa.node.cri.ContainerRuntime.ContainerEvent;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Delivers a runtime's events to its listeners: in the order of {@link #publish}, never on the publishing thread, and
 * using a thread only while there are events.
 */
public final class ContainerEvents {
    private static final Logger LOG = LoggerFactory.getLogger(ContainerEvents.class);

    private final Clock clock;
    private final List<Consumer<ContainerEvent>> listeners = new CopyOnWriteArrayList<>();
    private final Queue<ContainerEvent> waiting = new ArrayDeque<>();
    private boolean delivering;

    /** Events are delivered as tasks of {@code clock}, so that a clock moved by hand decides when. */
    public ContainerEvents(Clock clock) {
        this.clock = clock;
    }

    /** Adds a listener; closing what this returns removes it. */
    public AutoCloseable subscribe(Consumer<ContainerEvent> listener) {
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }

    /** Queues an event. Does not block. */
    public void publish(ContainerEvent event) {
        if (listeners.isEmpty()) {
            return;
        }
        synchronized (waiting) {
            waiting.add(event);
            if (delivering) {
                return;
            }
            delivering = true;
        }
        clock.schedule(Duration.ZERO, this::deliver);
    }

    private void deliver() {
        while (true) {
            ContainerEvent event;
            synchronized (waiting) {
                event = waiting.poll();
                if (event == null) {
                    delivering = false;
                    return;
                }
            }
            for (Consumer<ContainerEvent> listener : listeners) {
                try {
                    listener.accept(event);
                } catch (RuntimeException | Error e) {
                    LOG.error("a listener failed on {}", event, e);
                }
            }
        }
    }
}
