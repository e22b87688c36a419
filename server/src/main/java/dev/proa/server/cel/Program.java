package dev.proa.server.cel;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An expression that is ready to be evaluated. Immutable, safe for any thread. */
public final class Program {
    private final Node root;
    private final int locals;

    /** @param locals the number of variables of loops */
    record Plan(Node root, int locals) {}

    /**
     * What an evaluation gave.
     *
     * @param value see {@link Values}; null when there is an error, or the value is null
     * @param error why there is no value; empty when there is one
     * @param cost in Kubernetes' units, also when there is no value
     */
    public record Result(@Nullable Object value, String error, long cost) {
        /** Whether there is no value. */
        public boolean failed() {
            return !error.isEmpty();
        }

        /** Whether the evaluation was ended since it cost too much. */
        public boolean tooExpensive() {
            return error.startsWith(EvaluationException.TOO_EXPENSIVE);
        }
    }

    Program(Plan plan) {
        this.root = plan.root();
        this.locals = plan.locals();
    }

    /** Evaluates the expression, which may cost {@link Budget#CALL}. */
    public Result evaluate(Map<String, ?> variables) {
        Frame frame = new Frame(variables, locals, Budget.CALL);
        try {
            return new Result(root.eval(frame), "", frame.cost());
        } catch (EvaluationException e) {
            return new Result(null, String.valueOf(e.getMessage()), frame.cost());
        }
    }
}
