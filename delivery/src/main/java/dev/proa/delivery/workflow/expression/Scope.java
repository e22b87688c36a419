package dev.proa.delivery.workflow.expression;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What an expression can see. */
public interface Scope {
    /** The value of a context, as of {@code github}; null when there is nothing in it here. {@code name} is in lower case. */
    @Nullable
    Object context(String name);

    /** The hash of the files that match. */
    String hashFiles(List<String> patterns);

    /** Whether {@code success()}, {@code failure()}, {@code cancelled()} or {@code always()} is true here. */
    boolean status(Expression.Function function);
}
