package dev.proa.server.audit;

import java.util.List;

/** Has several sinks take all events, one after the other. */
final class UnionSink implements AuditSink {
    private final List<AuditSink> sinks;

    UnionSink(List<AuditSink> sinks) {
        this.sinks = List.copyOf(sinks);
    }

    @Override
    public boolean process(List<AuditEvent> events) {
        boolean success = true;
        for (AuditSink sink : sinks) {
            success &= sink.process(events);
        }
        return success;
    }

    @Override
    public boolean mayBlock() {
        return sinks.stream().anyMatch(AuditSink::mayBlock);
    }

    @Override
    public void ending() {
        sinks.forEach(AuditSink::ending);
    }

    @Override
    public void close() {
        sinks.forEach(AuditSink::close);
    }
}
