package dev.proa.delivery.workflow;

import dev.proa.delivery.workflow.expression.Expression;
import dev.proa.delivery.workflow.expression.Scope;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A scope of contexts by name.
 *
 * @param hashes gives the hash of files
 * @param status tells success, failure and so on
 */
record JobScope(
        Map<String, @Nullable Object> contexts,
        Function<List<String>, String> hashes,
        Predicate<Expression.Function> status)
        implements Scope {
    /** A scope without anything. */
    static final JobScope EMPTY = of(Map.of());

    /** A scope of contexts alone. */
    static JobScope of(Map<String, ? extends @Nullable Object> contexts) {
        return new JobScope(
                new HashMap<>(contexts),
                patterns -> "",
                function -> function == Expression.Function.SUCCESS || function == Expression.Function.ALWAYS);
    }

    /** This scope with one more context. */
    JobScope with(String name, @Nullable Object context) {
        Map<String, @Nullable Object> more = new HashMap<>(contexts);
        more.put(name, context);
        return new JobScope(more, hashes, status);
    }

    /** This scope with another status. */
    JobScope with(Predicate<Expression.Function> other) {
        return new JobScope(contexts, hashes, other);
    }

    /** This scope with other hashes. */
    JobScope hashing(Function<List<String>, String> other) {
        return new JobScope(contexts, other, status);
    }

    @Override
    public @Nullable Object context(String name) {
        return contexts.get(name);
    }

    @Override
    public String hashFiles(List<String> patterns) {
        return hashes.apply(patterns);
    }

    @Override
    public boolean status(Expression.Function function) {
        return status.test(function);
    }
}
