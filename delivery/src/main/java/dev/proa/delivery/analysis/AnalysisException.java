package dev.proa.delivery.analysis;

/** Thrown when an analysis cannot be resolved or a metric cannot be measured; the message says why and goes into the status. */
public final class AnalysisException extends Exception {
    private static final long serialVersionUID = 1;

    public AnalysisException(String message) {
        super(message);
    }
}
