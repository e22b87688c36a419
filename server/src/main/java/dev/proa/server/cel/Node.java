package dev.proa.server.cel;

import org.jspecify.annotations.Nullable;

/** A step of a program. Safe for any thread. */
@FunctionalInterface
interface Node {
    /**
     * The value of the step.
     *
     * @throws EvaluationException when it has none, or costs too much
     */
    @Nullable
    Object eval(Frame frame);

    /** A step that always has the same value, and costs nothing. */
    record Constant(@Nullable Object value) implements Node {
        @Override
        public @Nullable Object eval(Frame frame) {
            return value;
        }
    }
}
