package dev.proa.delivery.workflow.expression;

/** An expression that cannot be read or evaluated; the message is for its author. */
public final class ExpressionException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int position;

    ExpressionException(String message, int position, String expression) {
        super(message + ". Located at position " + (position + 1) + " within expression: " + expression.strip());
        this.position = position;
    }

    ExpressionException(String message) {
        super(message);
        this.position = 0;
    }

    /** Where in the text of the expression, counted from 0. */
    public int position() {
        return position;
    }
}
