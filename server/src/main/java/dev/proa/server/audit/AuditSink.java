package dev.proa.server.audit;

/** Takes audit events, for example to write them to a file. Safe for any thread. */
public interface AuditSink {

    /**
     * Takes an event.
     *
     * <p>An exception is logged and counted, and the request goes on, unless the sink {@link #isStrict}.
     */
    void process(AuditEvent event);

    /** Whether {@link #process} may wait; if so it is not called on event loops. */
    boolean mayBlock();

    /** Whether a request fails (500) when the event of its arrival cannot be taken, as in kube-apiserver's mode {@code blocking-strict}. */
    default boolean isStrict() {
        return false;
    }
}
