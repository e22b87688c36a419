package dev.proa.server.apiextensions.rules;

import dev.proa.api.codec.GoText;
import dev.proa.api.status.FieldError;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.server.apiextensions.Correlation;
import dev.proa.server.cel.Budget;
import dev.proa.server.cel.EvaluationException;
import dev.proa.server.cel.Optional;
import dev.proa.server.cel.Program;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Checks one object against rules, until their budget is spent. Errors of values that did not change are dropped (KEP-4008). For one object. */
final class RuleEvaluation {
    private static final String EXHAUSTED =
            "validation failed due to running out of cost budget, no further validation rules will be run";
    private static final int LONGEST_MESSAGE = 5 * 1024;

    private final List<FieldError> errors = new ArrayList<>(0);
    private long budget = Budget.OBJECT;

    /** Where a value is; the object itself is null. */
    private record At(@Nullable At parent, String step) {
        static At field(@Nullable At parent, String name) {
            return new At(parent, parent == null ? name : "." + name);
        }

        static String text(@Nullable At at) {
            return at == null ? "" : text(at.parent) + at.step;
        }
    }

    /**
     * Which errors are dropped.
     *
     * @param current the value and what it was before; null when that cannot be told
     * @param parent the nearest value above of which it can; null when there is none
     */
    private record Ratchet(
            @Nullable Correlation current, @Nullable Correlation parent) {
        boolean drops() {
            Correlation decisive = current == null ? parent : current;
            return decisive != null && decisive.isUnchanged();
        }

        Ratchet field(String name) {
            if (current == null) {
                return this;
            }
            return parent == null && (name.equals("apiVersion") || name.equals("kind"))
                    ? new Ratchet(null, null)
                    : new Ratchet(current.field(name), current);
        }

        Ratchet item(int index) {
            return current == null ? this : new Ratchet(current.item(index), current);
        }
    }

    /** @param correlation of the object; null on create */
    List<FieldError> errors(RuleNode root, MapValue object, @Nullable Correlation correlation) {
        check(root, null, object, correlation, new Ratchet(correlation, null));
        return errors;
    }

    /**
     * Checks a value and what is in it; false when nothing more is to be checked.
     *
     * @param correlation the value and what it was before; null when there was none
     */
    private boolean check(
            RuleNode node,
            @Nullable At at,
            @Nullable Object value,
            @Nullable Correlation correlation,
            Ratchet ratchet) {
        if (value == null) {
            return true;
        }
        Object old = correlation == null ? null : correlation.old();
        if (!node.rules().isEmpty() && !checkRules(node, at, value, old, ratchet)) {
            return false;
        }
        if (value instanceof MapValue map) {
            return checkFields(node, at, map, correlation, ratchet);
        }
        if (value instanceof ListValue list && node.items() != null) {
            for (int i = 0; i < list.size(); i++) {
                Correlation item = correlation == null ? null : correlation.item(i);
                if (!check(node.items(), new At(at, "[" + i + "]"), list.get(i), item, ratchet.item(i))) {
                    return false;
                }
            }
        }
        return true;
    }

    private boolean checkFields(
            RuleNode node, @Nullable At at, MapValue map, @Nullable Correlation correlation, Ratchet ratchet) {
        for (int i = 0; i < map.size(); i++) {
            String name = map.nameAt(i);
            RuleNode property = node.properties().get(name);
            RuleNode inner = property == null ? node.additional() : property;
            if (inner == null) {
                continue;
            }
            At field = property == null ? new At(at, "[" + name + "]") : At.field(at, name);
            Correlation child = correlation == null ? null : correlation.field(name);
            if (!check(inner, field, map.valueAt(i), child, ratchet.field(name))) {
                return false;
            }
        }
        return true;
    }

    private boolean checkRules(RuleNode node, @Nullable At at, Object value, @Nullable Object old, Ratchet ratchet) {
        String path = at == null ? "<nil>" : At.text(at);
        String type = node.schema().type();
        if (budget <= 0) {
            errors.add(FieldError.invalid(path, type, EXHAUSTED));
            return false;
        }
        Variables variables = new Variables(node, value, old);
        for (Rule rule : node.rules()) {
            Program program = rule.program();
            if (!rule.error().isEmpty()) {
                errors.add(FieldError.invalid(path, type, "rule compile error: " + rule.error()));
            } else if (program != null && !(rule.usesOld() && old == null && !rule.isOptional())) {
                if (!checkRule(node, rule, program, at, value, variables, ratchet)) {
                    return false;
                }
            }
        }
        return true;
    }

    /** The variables of the rules of a value, made when they are needed. */
    private static final class Variables {
        private final RuleNode node;
        private final Object value;
        private final @Nullable Object old;
        private @Nullable Map<String, @Nullable Object> plain;
        private @Nullable Map<String, @Nullable Object> optional;

        Variables(RuleNode node, Object value, @Nullable Object old) {
            this.node = node;
            this.value = value;
            this.old = old;
        }

        /** @throws EvaluationException when a value has not the type of its schema */
        Map<String, @Nullable Object> of(boolean isOptional) {
            Map<String, @Nullable Object> known = isOptional ? optional : plain;
            if (known != null) {
                return known;
            }
            Map<String, @Nullable Object> made = new HashMap<>(4);
            made.put("self", TypedValues.of(value, node.schema(), node.resource()));
            if (old != null) {
                Object typed = TypedValues.of(old, node.schema(), node.resource());
                made.put("oldSelf", isOptional ? Optional.of(typed) : typed);
            } else if (isOptional) {
                made.put("oldSelf", Optional.none());
            }
            if (isOptional) {
                optional = made;
            } else {
                plain = made;
            }
            return made;
        }
    }

    private static Program.Result evaluate(Program program, Variables variables, boolean optional) {
        try {
            return program.evaluate(variables.of(optional));
        } catch (EvaluationException e) {
            return new Program.Result(null, String.valueOf(e.getMessage()), 0);
        }
    }

    private boolean checkRule(
            RuleNode node,
            Rule rule,
            Program program,
            @Nullable At at,
            Object value,
            Variables variables,
            Ratchet ratchet) {
        String path = at == null ? "<nil>" : At.text(at);
        String type = node.schema().type();
        Program.Result result = evaluate(program, variables, rule.isOptional());
        if (result.tooExpensive()) {
            errors.add(FieldError.invalid(
                    path,
                    type,
                    "'" + result.error()
                            + "': no further validation rules will be run due to call cost exceeds limit for rule: "
                            + rule.text()));
            return false;
        }
        if (result.cost() > budget) {
            errors.add(FieldError.invalid(path, type, EXHAUSTED));
            return false;
        }
        budget -= result.cost();
        if (result.failed()) {
            errors.add(FieldError.invalid(
                    path,
                    type,
                    result.error().startsWith("no such overload")
                            ? "'" + result.error()
                                    + "': call arguments did not match a supported operator, function or macro signature for rule: "
                                    + rule.text()
                            : result.error() + " evaluating rule: " + rule.text()));
            return true;
        }
        return Boolean.TRUE.equals(result.value()) || refuse(node, rule, at, value, variables, ratchet);
    }

    /** Adds the error of a rule that does not hold; false when nothing more is to be checked. */
    private boolean refuse(
            RuleNode node, Rule rule, @Nullable At at, Object value, Variables variables, Ratchet ratchet) {
        String field = rule.value().string("fieldPath");
        String normal = field.isEmpty() ? null : SchemaPaths.normalized(field, node.schema());
        String path = normal == null ? (at == null ? "<nil>" : At.text(at)) : At.text(At.field(at, normal));
        boolean dropped = !rule.usesOld() && ratchet.drops();
        Message message = message(rule, variables);
        if (!message.fatal.isEmpty()) {
            add(FieldError.invalid(path, node.schema().type(), message.fatal), dropped);
            return false;
        }
        boolean shown =
                !node.schema().type().equals("object") && !node.schema().type().equals("array");
        add(error(rule.value().string("reason"), path, shown, value, message.text), dropped);
        return true;
    }

    private void add(FieldError error, boolean dropped) {
        if (!dropped) {
            errors.add(error);
        }
    }

    /** @param shown whether the text has the value, which objects and lists are too large for */
    private static FieldError error(String reason, String path, boolean shown, Object value, String message) {
        return switch (reason) {
            case "FieldValueForbidden" -> FieldError.forbidden(path, message);
            case "FieldValueRequired" -> FieldError.required(path, message);
            case "FieldValueDuplicate" ->
                shown
                        ? FieldError.duplicate(path, value)
                        : new FieldError("FieldValueDuplicate", path, "Duplicate value");
            default ->
                shown
                        ? FieldError.invalid(path, value, message)
                        : new FieldError("FieldValueInvalid", path, "Invalid value: " + message);
        };
    }

    /**
     * The text of an error.
     *
     * @param fatal why there is none, and no other rules are checked; empty when there is one
     */
    private record Message(String text, String fatal) {}

    private Message message(Rule rule, Variables variables) {
        Program program = rule.message();
        if (program == null) {
            return new Message(rule.defaultMessage(), "");
        }
        String expression = rule.value().string("messageExpression");
        Program.Result result = evaluate(program, variables, false);
        if (result.tooExpensive()) {
            return new Message(
                    "",
                    "no further validation rules will be run due to call cost exceeds limit for messageExpression: "
                            + GoText.quote(expression));
        }
        if (result.cost() > budget) {
            return new Message(
                    "",
                    "messageExpression evaluation failed due to running out of cost budget, no further validation rules will be run");
        }
        budget -= result.cost();
        String text = result.value() instanceof String made ? made.strip() : "";
        boolean usable = !text.isEmpty()
                && text.indexOf('\n') < 0
                && text.getBytes(StandardCharsets.UTF_8).length <= LONGEST_MESSAGE;
        return new Message(usable ? text : rule.defaultMessage(), "");
    }
}
