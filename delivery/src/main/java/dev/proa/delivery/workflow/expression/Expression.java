package dev.proa.delivery.workflow.expression;

import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** An expression that was parsed. Immutable. */
public sealed interface Expression {
    /** Parses the text between the braces. */
    static Expression parse(String text) {
        return new ExpressionParser(text).parse();
    }

    /** A number, string, boolean or null. */
    record Literal(@Nullable Object value) implements Expression {}

    /** A context, as {@code github}. */
    record Context(String name) implements Expression {}

    /** {@code target.name} or {@code target[index]}. */
    record Index(Expression target, Expression index) implements Expression {}

    /** {@code target.*} or {@code target[*]}. */
    record All(Expression target) implements Expression {}

    /** {@code !operand}. */
    record Not(Expression operand) implements Expression {}

    /** {@code left && right}, or {@code left || right}. */
    record Logical(boolean and, Expression left, Expression right) implements Expression {}

    /** A comparison. */
    record Comparison(Operator operator, Expression left, Expression right) implements Expression {}

    /** A call of a function. */
    record Call(Function function, List<Expression> arguments) implements Expression {
        public Call {
            arguments = List.copyOf(arguments);
        }
    }

    /** The comparisons. */
    enum Operator {
        EQUAL,
        UNEQUAL,
        LESS,
        LESS_OR_EQUAL,
        GREATER,
        GREATER_OR_EQUAL
    }

    /** The functions, with how many arguments they take. */
    enum Function {
        CONTAINS("contains", 2, 2),
        STARTS_WITH("startsWith", 2, 2),
        ENDS_WITH("endsWith", 2, 2),
        FORMAT("format", 1, 255),
        JOIN("join", 1, 2),
        TO_JSON("toJSON", 1, 1),
        FROM_JSON("fromJSON", 1, 1),
        CASE("case", 3, 255),
        HASH_FILES("hashFiles", 1, 255),
        SUCCESS("success", 0, 0),
        FAILURE("failure", 0, 0),
        CANCELLED("cancelled", 0, 0),
        ALWAYS("always", 0, 0);

        final String spelling;
        final int least;
        final int most;

        Function(String spelling, int least, int most) {
            this.spelling = spelling;
            this.least = least;
            this.most = most;
        }

        /** As GitHub spells it; case does not matter. */
        public String spelling() {
            return spelling;
        }

        /** Whether it asks how what came before has ended. */
        public boolean asksStatus() {
            return this == SUCCESS || this == FAILURE || this == CANCELLED || this == ALWAYS;
        }
    }

    /** Shows this expression and all in it to {@code to}, the outermost first. */
    default void walk(Consumer<Expression> to) {
        to.accept(this);
        switch (this) {
            case Literal _, Context _ -> {}
            case Index it -> {
                it.target.walk(to);
                it.index.walk(to);
            }
            case All it -> it.target.walk(to);
            case Not it -> it.operand.walk(to);
            case Logical it -> {
                it.left.walk(to);
                it.right.walk(to);
            }
            case Comparison it -> {
                it.left.walk(to);
                it.right.walk(to);
            }
            case Call it -> it.arguments.forEach(argument -> argument.walk(to));
        }
    }

    /** Whether it calls {@code success}, {@code failure}, {@code cancelled} or {@code always}. */
    default boolean asksStatus() {
        boolean[] found = {false};
        walk(part -> found[0] |= part instanceof Call call && call.function.asksStatus());
        return found[0];
    }

    /** What it gives. */
    default @Nullable Object evaluate(Scope scope) {
        return new Evaluation(scope).value(this);
    }
}
