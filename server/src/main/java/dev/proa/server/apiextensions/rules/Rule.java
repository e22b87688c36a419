package dev.proa.server.apiextensions.rules;

import dev.proa.api.value.MapValue;
import dev.proa.server.cel.CelType;
import dev.proa.server.cel.Compilation;
import dev.proa.server.cel.Environment;
import dev.proa.server.cel.EvaluationException;
import dev.proa.server.cel.Program;
import dev.proa.server.cel.ValueType;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A rule of a schema, compiled. Immutable.
 *
 * @param value an object with {@code rule}, {@code message} and so on
 * @param program null when the rule is empty or wrong
 * @param error what is wrong with the rule; empty when nothing is
 * @param message makes the text of an error; null when there is none
 * @param messageError what is wrong with {@code messageExpression}; empty when nothing is
 * @param usesOld whether it compares with the value before
 * @param mostCost the most that an evaluation can cost, as an unsigned number
 * @param mostMessageCost likewise of {@code messageExpression}
 */
record Rule(
        MapValue value,
        @Nullable Program program,
        String error,
        @Nullable Program message,
        String messageError,
        boolean usesOld,
        long mostCost,
        long mostMessageCost) {

    /** @param type of the values of the schema */
    static Rule of(MapValue value, ValueType type) {
        String text = value.string("rule");
        if (text.isBlank()) {
            return new Rule(value, null, "", null, "", false, 0, 0);
        }
        CelType old = value.bool("optionalOldSelf") ? CelType.optional(type.type()) : type.type();
        Environment environment = Environment.of(Map.of("self", type.type(), "oldSelf", old));
        Map<String, ValueType> sizes = Map.of("", type);
        Compilation rule = environment.compile(text);
        String error = error(rule, CelType.BOOL, "compilation failed: ", "cel expression must evaluate to a bool");
        Program program = null;
        if (error.isEmpty()) {
            try {
                program = rule.program();
            } catch (EvaluationException e) {
                error = "program instantiation failed: " + e.getMessage();
            }
        }
        boolean usesOld = !rule.failed() && rule.uses("oldSelf");
        if (program == null) {
            return new Rule(value, null, error, null, "", usesOld, 0, 0);
        }
        long cost = rule.mostCost(sizes);
        String expression = value.string("messageExpression");
        if (expression.isEmpty()) {
            return new Rule(value, program, "", null, "", usesOld, cost, 0);
        }
        Compilation message = environment.compile(expression);
        String messageError = error(
                message,
                CelType.STRING,
                "messageExpression compilation failed: ",
                "messageExpression must evaluate to a string");
        if (!messageError.isEmpty()) {
            return new Rule(value, program, "", null, messageError, usesOld, cost, 0);
        }
        try {
            return new Rule(value, program, "", message.program(), "", usesOld, cost, message.mostCost(sizes));
        } catch (EvaluationException e) {
            messageError = "messageExpression instantiation failed: " + e.getMessage();
            return new Rule(value, program, "", null, messageError, usesOld, cost, 0);
        }
    }

    private static String error(Compilation compilation, CelType wanted, String failed, String other) {
        return compilation.failed()
                ? failed + compilation.issues()
                : compilation.resultType().equals(wanted) ? "" : other;
    }

    /** Whether it is also checked of values that were not there before. */
    boolean isOptional() {
        return value.bool("optionalOldSelf");
    }

    /** What the error says when there is no other message. */
    String defaultMessage() {
        String message = value.string("message").strip();
        return message.isEmpty() ? "failed rule: " + text() : message;
    }

    /** The rule in the text of an error about it. */
    String text() {
        String message = value.string("message").strip();
        return message.isEmpty() ? value.string("rule").strip() : message;
    }
}
