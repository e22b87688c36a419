package dev.proa.server.cel;

import org.jspecify.annotations.Nullable;

/** The implementation of a function, which finds out by the types of its arguments which overload is meant. Safe for any thread. */
@FunctionalInterface
interface Function {
    /**
     * The result.
     *
     * @throws EvaluationException when there is none
     */
    @Nullable
    Object apply(@Nullable Object[] args);
}
