package dev.proa.delivery.workflow.expression;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A text with expressions in it, between <code>${{</code> and <code>}}</code>. Immutable.
 *
 * @param parts texts ({@link Expression.Literal}) and expressions, in turn
 * @param text as written
 */
public record Template(List<Expression> parts, String text) {
    private static final String OPEN = "${{";

    public Template {
        parts = List.copyOf(parts);
    }

    /**
     * Parses a text.
     *
     * @throws ExpressionException when an expression in it is broken, or not closed
     */
    public static Template parse(String text) {
        List<Expression> parts = new ArrayList<>();
        int at = 0;
        for (int open = text.indexOf(OPEN); open >= 0; open = text.indexOf(OPEN, at)) {
            if (open > at) {
                parts.add(new Expression.Literal(text.substring(at, open)));
            }
            int close = close(text, open + OPEN.length());
            if (close < 0) {
                throw new ExpressionException(
                        "The expression is not closed. An unescaped ${{ sequence was found, but the closing }} sequence was not found.");
            }
            parts.add(Expression.parse(text.substring(open + OPEN.length(), close)));
            at = close + 2;
        }
        if (at < text.length() || parts.isEmpty()) {
            parts.add(new Expression.Literal(text.substring(at)));
        }
        return new Template(parts, text);
    }

    /**
     * Parses a condition, whose braces may be left out. A condition that asks for no status holds only after success.
     *
     * @throws ExpressionException when it is broken
     */
    public static Template condition(String text) {
        return text.contains(OPEN) ? parse(text) : new Template(List.of(Expression.parse(text)), text);
    }

    /** Where the expression that starts at {@code from} ends; braces in strings do not count. */
    private static int close(String text, int from) {
        boolean quoted = false;
        for (int i = from; i < text.length(); i++) {
            if (text.charAt(i) == '\'') {
                quoted = !quoted;
            } else if (!quoted && text.startsWith("}}", i)) {
                return i;
            }
        }
        return -1;
    }

    /** Whether there is no expression in it. */
    public boolean constant() {
        return parts.size() == 1 && parts.getFirst() instanceof Expression.Literal(Object value) && text.equals(value);
    }

    /** The expression when it is nothing but one. */
    public Optional<Expression> expression() {
        return parts.size() == 1 && !constant() ? Optional.of(parts.getFirst()) : Optional.empty();
    }

    /** What it gives: of an expression alone its value, else the text with values in it. */
    public @Nullable Object value(Scope scope) {
        Optional<Expression> alone = expression();
        return alone.isPresent() ? Evaluation.plain(alone.get().evaluate(scope)) : joined(scope);
    }

    /** What it gives, as text. */
    public String text(Scope scope) {
        return joined(scope);
    }

    private String joined(Scope scope) {
        BoundedText out = new BoundedText();
        for (Expression part : parts) {
            out.add(Values.text(part.evaluate(scope)));
        }
        return out.toString();
    }

    /** Whether any expression in it asks for the status of what came before. */
    public boolean asksStatus() {
        return parts.stream().anyMatch(Expression::asksStatus);
    }

    /** Whether the condition holds. One that asks for no status holds only when {@code success()} does. */
    public boolean holds(Scope scope) {
        return (asksStatus() || scope.status(Expression.Function.SUCCESS))
                && Values.truthy(expression().isPresent() ? value(scope) : joined(scope));
    }
}
