package dev.proa.delivery.workflow.expression;

/** A text that is put together, of a length that fits into memory however often an expression repeats an output. For one thread. */
final class BoundedText {
    private static final int MOST = 10 << 20;

    private final StringBuilder text = new StringBuilder();

    /** @throws ExpressionException when it gets too long */
    BoundedText add(String more) {
        if (text.length() + (long) more.length() > MOST) {
            throw new ExpressionException("The text is longer than " + (MOST >> 20) + " million characters");
        }
        text.append(more);
        return this;
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
