package dev.proa.server.audit;

import java.util.List;

/** Takes audit events, for example to write them to a file. Safe for any thread. */
public interface AuditSink extends AutoCloseable {

    /**
     * Takes events. What fails is logged and counted by the sink, which never throws.
     *
     * @return false when an event was not taken, and requests whose arrival it tells must therefore be refused
     */
    boolean process(List<AuditEvent> events);

    /** Whether {@link #process} may wait; if so it is not called on event loops. */
    boolean mayBlock();

    /** Told before {@link #close}: what fails now is not tried again later. */
    default void ending() {}

    /** Waits until what was taken has been written or sent. Idempotent; what comes later is not taken. */
    @Override
    default void close() {}
}
