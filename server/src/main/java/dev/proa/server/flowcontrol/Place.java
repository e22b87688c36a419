package dev.proa.server.flowcontrol;

import dev.proa.api.status.StatusException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** The place of a request at a priority level. What is not final belongs to its {@link QueueSet}, under whose lock it changes. */
final class Place implements FlowControl.Ticket {
    private static final Runnable DECIDED = () -> {};

    enum State {
        WAITING,
        SERVED,
        /** It was served, and its last seats are taken for a little longer. */
        LINGERING,
        REFUSED,
        GONE
    }

    final QueueSet set;
    final FlowControl.Request request;
    final FlowControl.Classification classification;
    final FlowMetrics.Flow metrics;
    final String schema;
    final String flow;
    final long arrived;
    private final AtomicReference<@Nullable Runnable> then = new AtomicReference<>();

    Work work;
    volatile State state = State.WAITING;
    volatile @Nullable StatusException refusal;
    QueueSet.@Nullable Queue queue;
    double arrivedAt;
    long started;

    @Nullable
    Runnable stopTimer;
    /** Gives back what waiting takes; null when it does not wait. */
    @Nullable
    Runnable unpark;

    Place(
            QueueSet set,
            FlowControl.Request request,
            FlowControl.Classification classification,
            FlowMetrics.Flow metrics,
            String schema,
            String flow,
            Work work,
            long now) {
        this.set = set;
        this.request = request;
        this.classification = classification;
        this.metrics = metrics;
        this.schema = schema;
        this.flow = flow;
        this.work = work;
        this.arrived = now;
    }

    @Override
    public FlowControl.Classification classification() {
        return classification;
    }

    @Override
    public boolean isWaiting() {
        return state == State.WAITING;
    }

    @Override
    public @Nullable StatusException refusal() {
        return refusal;
    }

    @Override
    public void onDecision(Runnable decided) {
        if (!then.compareAndSet(null, decided)) {
            decided.run();
        }
    }

    /** To be called once it is decided, without any lock. */
    void tell() {
        Runnable waiting = then.getAndSet(DECIDED);
        if (waiting != null) {
            waiting.run();
        }
    }

    @Override
    public void leave() {
        set.leave(this);
    }
}
