package dev.proa.server.cel;

import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What became of an expression: a program, or what is wrong with it. Immutable. */
public final class Compilation {
    private final @Nullable Checked checked;
    private final String issues;

    Compilation(@Nullable Checked checked, String issues) {
        this.checked = checked;
        this.issues = issues;
    }

    /** Whether the expression cannot be used; {@link #issues} says why. */
    public boolean failed() {
        return checked == null;
    }

    /** What is wrong, as lines for people; empty when nothing is. */
    public String issues() {
        return issues;
    }

    private Checked checked() {
        return Objects.requireNonNull(checked, issues);
    }

    /** The type of the result, of an expression that did not fail. */
    public CelType resultType() {
        return checked().type(checked().expr());
    }

    /** Whether the expression uses a variable. */
    public boolean uses(String variable) {
        return checked().names().containsValue(variable);
    }

    /** Whether the expression selects a field of a variable, as in {@code variable.field} or {@code variable.?field}. */
    public boolean selects(String variable, String field) {
        return Selections.has(checked().expr(), variable, field);
    }

    /**
     * Makes an expression that did not fail ready to be evaluated.
     *
     * @throws EvaluationException when a constant part of it has no value
     */
    public Program program() {
        return new Program(new Planner(checked()).plan());
    }

    /**
     * The most that an evaluation can cost.
     *
     * @param variables what is known of the sizes of variables
     */
    public long mostCost(Map<String, ValueType> variables) {
        return new CostEstimator(checked(), variables).estimate().max();
    }
}
