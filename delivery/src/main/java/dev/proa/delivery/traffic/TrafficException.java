package dev.proa.delivery.traffic;

/** Thrown when traffic cannot be split as a Rollout asks for; the message says what to change. */
public final class TrafficException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public TrafficException(String message) {
        super(message);
    }
}
