package dev.proa.api.typed;

/** Thrown for a value that is not of its type. The message is that of Kubernetes. */
public final class MismatchException extends RuntimeException {
    private static final long serialVersionUID = 1;

    MismatchException(String message) {
        super(message);
    }
}
