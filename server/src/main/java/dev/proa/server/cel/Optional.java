package dev.proa.server.cel;

import org.jspecify.annotations.Nullable;

/** A value of the type {@code optional_type}: {@code value}, or nothing. */
public record Optional(boolean present, @Nullable Object value) {
    static final Optional NONE = new Optional(false, null);

    /** The optional without a value. */
    public static Optional none() {
        return NONE;
    }

    public static Optional of(@Nullable Object value) {
        return new Optional(true, value);
    }

    @Nullable
    Object get() {
        if (!present) {
            throw new EvaluationException("optional.none() dereference");
        }
        return value;
    }
}
