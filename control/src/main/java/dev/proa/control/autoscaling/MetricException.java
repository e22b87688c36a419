package dev.proa.control.autoscaling;

/** A number of replicas cannot be computed from a metric; the message is for the autoscaler's conditions and events. */
final class MetricException extends RuntimeException {
    private static final long serialVersionUID = 1;

    MetricException(String message) {
        super(message);
    }

    /** The same failure, with what was being tried before its message. */
    MetricException during(String what) {
        return new MetricException(what + ": " + getMessage());
    }
}
