package dev.proa.server.cel;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A node of a parsed expression, after expansion of macros. Nodes are known by their ids, to which positions, types and overloads belong. */
sealed interface Expr {
    int id();

    /** @param value as {@link Values} says */
    record Literal(int id, @Nullable Object value) implements Expr {}

    record Ident(int id, String name) implements Expr {}

    /** @param test whether it only asks if the field is there ({@code has()}) */
    record Select(int id, Expr operand, String field, boolean test) implements Expr {}

    /** @param target the receiver; null for a global function or an operator */
    record Call(int id, @Nullable Expr target, String function, List<Expr> args) implements Expr {}

    /** @param optional for each item, whether it is left out when its optional value is absent */
    record ListLiteral(int id, List<Expr> items, List<Boolean> optional) implements Expr {
        boolean isOptional(int index) {
            return !optional.isEmpty() && optional.get(index);
        }
    }

    record MapLiteral(int id, List<Entry> entries) implements Expr {}

    record Entry(int id, Expr key, Expr value, boolean optional) {}

    record StructLiteral(int id, String type, List<Field> fields) implements Expr {}

    record Field(int id, String name, Expr value, boolean optional) {}

    /**
     * A loop: for each item or key of {@code range}, while {@code condition} holds, {@code step} makes the next value of the accumulator.
     *
     * @param second the variable of the value, where {@code variable} is that of the index or key; null when there is but one
     */
    record Fold(
            int id,
            Expr range,
            String variable,
            @Nullable String second,
            String accumulator,
            Expr init,
            Expr condition,
            Expr step,
            Expr result)
            implements Expr {

        /** Whether it only gives a value a name. */
        boolean isBinding() {
            return range instanceof ListLiteral list
                    && list.items().isEmpty()
                    && condition instanceof Literal literal
                    && Boolean.FALSE.equals(literal.value())
                    && !accumulator.equals(Macros.ACCUMULATOR);
        }
    }
}
