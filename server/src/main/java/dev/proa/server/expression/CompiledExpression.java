package dev.proa.server.expression;

import dev.proa.server.cel.CelType;
import dev.proa.server.cel.Compilation;
import dev.proa.server.cel.Environment;
import dev.proa.server.cel.EvaluationException;
import dev.proa.server.cel.Program;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An expression of a webhook or policy: a program, or why there is none. Immutable, safe for any thread. */
public final class CompiledExpression {
    private final String expression;
    private final @Nullable Program program;
    private final CelType type;
    private final String error;

    private CompiledExpression(String expression, @Nullable Program program, CelType type, String error) {
        this.expression = expression;
        this.program = program;
        this.type = type;
        this.error = error;
    }

    /**
     * Compiles an expression.
     *
     * @param allowed the types that its result may have; none for any
     */
    public static CompiledExpression of(Environment environment, String expression, CelType... allowed) {
        Compilation compilation = environment.compile(expression);
        if (compilation.failed()) {
            return failed(expression, "compilation failed: " + compilation.issues());
        }
        CelType type = compilation.resultType();
        if (allowed.length > 0 && !Arrays.asList(allowed).contains(type)) {
            List<CelType> types = List.of(allowed);
            return failed(
                    expression,
                    types.size() == 1
                            ? "must evaluate to " + name(types.get(0)) + " but got " + name(type)
                            : "must evaluate to one of "
                                    + types.stream()
                                            .map(CompiledExpression::name)
                                            .toList()
                                            .toString()
                                            .replace(",", "")
                                    + " but got " + name(type));
        }
        try {
            return new CompiledExpression(expression, compilation.program(), type, "");
        } catch (EvaluationException e) {
            return failed(expression, "program instantiation failed: " + e.getMessage());
        }
    }

    private static String name(CelType type) {
        return type.equals(CelType.NULL) ? "null_type" : type.toString();
    }

    private static CompiledExpression failed(String expression, String error) {
        return new CompiledExpression(expression, null, CelType.DYN, error);
    }

    /** What is wrong with the expression; empty when nothing is. */
    public String error() {
        return error;
    }

    /** The type of the result. */
    public CelType type() {
        return type;
    }

    /** Evaluates the expression, for which {@code budget} pays. */
    public Program.Result evaluate(Map<String, ?> variables, RemainingBudget budget) {
        if (program == null) {
            return new Program.Result(null, "compilation error: " + error, 0);
        }
        Program.Result result = program.evaluate(variables);
        budget.pay(result.cost());
        return result.failed()
                ? new Program.Result(
                        null, "expression '" + expression + "' resulted in error: " + result.error(), result.cost())
                : result;
    }
}
