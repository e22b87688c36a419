package dev.proa.delivery.analysis.expression;

import org.jspecify.annotations.Nullable;

/**
 * A word of an expression.
 *
 * @param text as it is written; of a text its content
 * @param value of a number
 */
record Token(Kind kind, String text, @Nullable Object value) {
    enum Kind {
        NAME,
        NUMBER,
        TEXT,
        OPERATOR,
        END
    }

    boolean is(String operator) {
        return kind == Kind.OPERATOR && text.equals(operator);
    }
}
