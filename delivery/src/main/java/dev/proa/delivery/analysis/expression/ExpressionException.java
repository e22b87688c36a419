package dev.proa.delivery.analysis.expression;

/** Thrown when an expression is malformed or does not fit its values; the message says why. */
public final class ExpressionException extends RuntimeException {
    private static final long serialVersionUID = 1;

    ExpressionException(String message) {
        super(message, null, false, false);
    }
}
