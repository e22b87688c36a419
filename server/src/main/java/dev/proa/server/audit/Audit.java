package dev.proa.server.audit;

import dev.proa.api.status.StatusException;
import dev.proa.http.Blocking;
import dev.proa.server.audit.AuditEvent.Stage;
import dev.proa.server.strategy.Uids;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.InstantSource;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has a sink take the stages of all requests. It is around all other stages: a request that is refused by any of them is on record.
 */
public final class Audit {
    private static final Logger LOG = LoggerFactory.getLogger(Audit.class);

    private final @Nullable AuditSink sink;
    private final InstantSource clock;
    private final RandomGenerator random;
    private final Counter events;
    private final Counter errors;

    /** @param sink null for none: requests cost nothing then */
    public Audit(@Nullable AuditSink sink, InstantSource clock, RandomGenerator random, PrometheusRegistry metrics) {
        this.sink = sink;
        this.clock = clock;
        this.random = random;
        events = Counter.builder()
                .name("apiserver_audit_event_total")
                .help("Counter of audit events generated and sent to the audit backend.")
                .register(metrics);
        errors = Counter.builder()
                .name("apiserver_audit_error_total")
                .help("Counter of audit events that failed to be audited properly.")
                .register(metrics);
    }

    /** Whether the arrival of a request may have to wait for the sink. */
    public boolean mayBlock() {
        return sink != null && sink.mayBlock();
    }

    /** Whether anybody takes events. */
    public boolean isOn() {
        return sink != null;
    }

    /** Begins the record of a request; null when nobody wants it. */
    public @Nullable AuditTrail begin(AuditTrail.Origin origin) {
        return sink == null ? null : new AuditTrail(this, origin, Uids.random(random), clock.instant());
    }

    InstantSource clock() {
        return clock;
    }

    /**
     * Has the sink take an event.
     *
     * @throws StatusException when it is the arrival of a request, and the sink is strict and failed
     */
    void emit(AuditEvent event) {
        AuditSink to = sink;
        if (to == null) {
            return;
        }
        events.inc();
        if (to.mayBlock() && Blocking.isEventLoop()) {
            Thread.ofVirtual().start(() -> process(to, event));
            return;
        }
        if (!process(to, event) && to.isStrict() && event.stage() == Stage.REQUEST_RECEIVED) {
            throw StatusException.internalError("the request cannot be audited");
        }
    }

    private boolean process(AuditSink to, AuditEvent event) {
        try {
            to.process(event);
            return true;
        } catch (RuntimeException e) {
            errors.inc();
            LOG.error("An audit event was not taken: {} {}", event.stage(), event.uri(), e);
            return false;
        }
    }
}
