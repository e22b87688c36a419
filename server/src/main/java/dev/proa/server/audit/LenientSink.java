package dev.proa.server.audit;

import java.util.List;

/** Never has a request refused: kube-apiserver's mode {@code blocking}. */
record LenientSink(AuditSink next) implements AuditSink {
    @Override
    public boolean process(List<AuditEvent> events) {
        next.process(events);
        return true;
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
