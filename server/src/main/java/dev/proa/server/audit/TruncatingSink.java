package dev.proa.server.audit;

import dev.proa.api.codec.Json;
import java.util.ArrayList;
import java.util.List;

/**
 * Takes the objects out of events that are too long, drops those that are too long all the same, and passes the others on in batches that are not
 * too long: kube-apiserver's plugin {@code truncate}.
 */
final class TruncatingSink implements AuditSink {
    private final AuditSink next;
    private final Limits limits;
    private final AuditMetrics metrics;

    /** Most bytes of events as JSON. */
    record Limits(long batch, long event) {}

    TruncatingSink(AuditSink next, Limits limits, AuditMetrics metrics) {
        this.next = next;
        this.limits = limits;
        this.metrics = metrics;
    }

    private static long size(AuditEvent event) {
        return Json.encode(event.toValue()).length + 1L;
    }

    @Override
    public boolean process(List<AuditEvent> events) {
        boolean success = true;
        long length = 0;
        List<AuditEvent> batch = new ArrayList<>(events.size());
        List<AuditEvent> dropped = new ArrayList<>(0);
        for (AuditEvent event : events) {
            AuditEvent fitting = event;
            long size = size(event);
            if (size > limits.event() && event.level().includes(Level.REQUEST)) {
                fitting = event.truncated();
                size = size(fitting);
            }
            if (size > limits.event()) {
                dropped.add(fitting);
                continue;
            }
            if (!batch.isEmpty() && length + size > limits.batch()) {
                success &= next.process(batch);
                batch = new ArrayList<>();
                length = 0;
            }
            length += size;
            batch.add(fitting);
        }
        if (!batch.isEmpty()) {
            success &= next.process(batch);
        }
        if (!dropped.isEmpty()) {
            metrics.failed("truncate", "event is too large even after truncating", dropped);
        }
        return success;
    }

    @Override
    public boolean mayBlock() {
        return next.mayBlock();
    }

    @Override
    public void ending() {
        next.ending();
    }

    @Override
    public void close() {
        next.close();
    }
}
