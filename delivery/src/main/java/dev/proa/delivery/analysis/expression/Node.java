package dev.proa.delivery.analysis.expression;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A part of a parsed expression. */
sealed interface Node {
    /** A value that stands in the expression. */
    record Constant(@Nullable Object value) implements Node {}

    /** A variable. */
    record Name(String name) implements Node {}

    /** What a predicate is asked about: {@code #}, or with a name {@code #acc} and {@code #index}. */
    record Element(String name) implements Node {}

    record Unary(String operator, Node of) implements Node {}

    record Binary(String operator, Node left, Node right) implements Node {}

    record Conditional(Node condition, Node then, Node otherwise) implements Node {}

    /**
     * A field or an element.
     *
     * @param optional whether nothing has nothing in it, instead of being an error
     */
    record Member(Node of, Node key, boolean optional) implements Node {}

    /** A chain of members that is nothing as a whole when one with {@code ?.} is asked of nothing. */
    record Chain(Node members) implements Node {}

    record Slice(Node of, @Nullable Node from, @Nullable Node to) implements Node {}

    record Items(List<Node> items) implements Node {}

    record Entries(List<Node> keys, List<Node> values) implements Node {}

    record Call(String function, List<Node> arguments) implements Node {}

    /** The body of a predicate, which is evaluated for each element. */
    record Predicate(Node body) implements Node {}

    record Let(String name, Node value, Node body) implements Node {}
}
