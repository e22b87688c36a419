package dev.proa.server.audit;

import dev.proa.api.status.StatusException;
import dev.proa.http.Blocking;
import dev.proa.server.audit.AuditEvent.Stage;
import dev.proa.server.strategy.Uids;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has a sink take the stages of all requests, as far as the policy says. It is around all other stages: a request that is refused by any of
 * them is on record.
 */
public final class Audit {
    private static final Logger LOG = LoggerFactory.getLogger(Audit.class);

    /** So many events of event loops wait at most for a sink that may block; as many as a batched log keeps. */
    private static final int MOST_WAITING = 10_000;

    private final @Nullable Setup setup;
    private final InstantSource clock;
    private final RandomGenerator random;
    private final AuditMetrics metrics;
    private final Semaphore waiting = new Semaphore(MOST_WAITING);

    /**
     * What is put on record, and where.
     *
     * @param policy what of which requests
     * @param sink takes it
     * @param metrics counts it
     */
    public record Setup(AuditPolicy policy, AuditSink sink, AuditMetrics metrics) {}

    /**
     * @param setup null for no record: requests cost nothing then
     * @param metrics of this server, used without a setup
     */
    public Audit(@Nullable Setup setup, InstantSource clock, RandomGenerator random, AuditMetrics metrics) {
        this.setup = setup;
        this.clock = clock;
        this.random = random;
        this.metrics = setup == null ? metrics : setup.metrics();
    }

    /** Whether a stage of a request may have to wait for the sink. */
    public boolean mayBlock() {
        return setup != null && setup.sink().mayBlock();
    }

    /** Whether anybody takes events. */
    public boolean isOn() {
        return setup != null;
    }

    /** An id for a request whose client gives none. */
    public String newId() {
        return Uids.random(random);
    }

    /** Begins the record of a request; null when nobody wants it. */
    public @Nullable AuditTrail begin(AuditTrail.Origin origin) {
        return setup == null ? null : new AuditTrail(this, setup.policy(), origin, clock.instant());
    }

    InstantSource clock() {
        return clock;
    }

    AuditMetrics metrics() {
        return metrics;
    }

    /**
     * Has the sink take an event. On an event loop a sink that may block takes it soon, or not at all when too many wait for it.
     *
     * @throws StatusException when it is the arrival of a request, and must not be missed, but was not taken
     */
    void emit(AuditEvent event) {
        if (setup == null) {
            return;
        }
        AuditSink sink = setup.sink();
        metrics.events.inc();
        boolean taken = sink.mayBlock() && Blocking.isEventLoop() ? takenSoon(sink, event) : taken(sink, event);
        if (!taken && event.stage() == Stage.REQUEST_RECEIVED) {
            metrics.rejected.inc();
            throw StatusException.internalError("failed to store audit event");
        }
    }

    private boolean takenSoon(AuditSink sink, AuditEvent event) {
        if (!waiting.tryAcquire()) {
            metrics.failed("audit", "too many events wait for the audit backend", List.of(event));
            return false;
        }
        Thread.ofVirtual().start(() -> {
            try {
                taken(sink, event);
            } finally {
                waiting.release();
            }
        });
        return true;
    }

    private boolean taken(AuditSink sink, AuditEvent event) {
        try {
            return sink.process(List.of(event));
        } catch (RuntimeException e) {
            LOG.error("An audit event was not taken", e);
            metrics.failed("audit", e.toString(), List.of(event));
            return false;
        }
    }
}
