package dev.proa.server.cel;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One evaluation: the variables and what it cost so far. For one thread. */
final class Frame {
    private final Map<String, ?> variables;
    private final @Nullable Object[] locals;
    private final long limit;
    private long cost;

    Frame(Map<String, ?> variables, int locals, long limit) {
        this.variables = variables;
        this.locals = new Object[locals];
        this.limit = limit;
    }

    /** Adds to the cost; throws when it is more than the limit. */
    void charge(long more) {
        cost = cost + more < 0 ? Long.MAX_VALUE : cost + more;
        if (cost > limit) {
            throw new EvaluationException.TooExpensive();
        }
    }

    long cost() {
        return cost;
    }

    @Nullable
    Object variable(String name) {
        Object value = variables.get(name);
        if (value == null && !variables.containsKey(name)) {
            throw new EvaluationException("no such attribute(s): " + name);
        }
        return value;
    }

    @Nullable
    Object local(int slot) {
        return locals[slot];
    }

    void set(int slot, @Nullable Object value) {
        locals[slot] = value;
    }
}
