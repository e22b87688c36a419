package dev.proa.delivery.workflow;

import dev.proa.delivery.pipeline.yaml.YamlNode;
import dev.proa.delivery.pipeline.yaml.YamlNode.Place;
import dev.proa.delivery.pipeline.yaml.YamlReader;
import dev.proa.delivery.workflow.expression.Expression;
import dev.proa.delivery.workflow.expression.ExpressionException;
import dev.proa.delivery.workflow.expression.Template;
import dev.proa.delivery.workflow.expression.Values;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads parts of workflows that may have expressions, and checks which contexts and functions they may use where they stand. */
final class Scalars {
    private final YamlReader reader;

    Scalars(YamlReader reader) {
        this.reader = reader;
    }

    /**
     * Where expressions stand, with the contexts that are there.
     *
     * @param status whether {@code success()} and its like are
     * @param hash whether {@code hashFiles} is
     */
    record Where(Set<String> contexts, boolean status, boolean hash) {
        static final Where NOWHERE = of();
        static final Where RUN = of("github", "inputs", "vars");
        static final Where ENV = of("github", "secrets", "inputs", "vars");
        static final Where JOB_IF = new Where(Set.of("github", "needs", "vars", "inputs"), true, false);
        static final Where STRATEGY = of("github", "needs", "vars", "inputs");
        static final Where JOB = of("github", "needs", "strategy", "matrix", "vars", "inputs");
        static final Where JOB_ENV = of("github", "needs", "strategy", "matrix", "vars", "secrets", "inputs", "env");
        static final Where OUTPUTS = of(
                "github", "needs", "strategy", "matrix", "job", "runner", "env", "vars", "secrets", "steps", "inputs");
        static final Where STEP = new Where(OUTPUTS.contexts, false, true);
        static final Where STEP_IF = new Where(
                Set.of("github", "needs", "strategy", "matrix", "job", "runner", "env", "vars", "steps", "inputs"),
                true,
                true);
        static final Where CALL_OUTPUTS = of("github", "jobs", "vars", "inputs");

        private static Where of(String... contexts) {
            return new Where(Set.of(contexts), false, false);
        }
    }

    /** A text that may have expressions; empty for null. */
    Optional<Template> template(@Nullable YamlNode node, String what, Where where) {
        if (node == null || node.empty()) {
            return Optional.empty();
        }
        return node instanceof YamlNode.Scalar scalar
                ? parsed(scalar.place(), literal(scalar), where, false)
                : Optional.of(Template.parse(reader.text(node, what).replace("${{", "")));
    }

    /** A condition. */
    Optional<Template> condition(@Nullable YamlNode node, Where where) {
        if (node == null) {
            return Optional.empty();
        }
        String text = node instanceof YamlNode.Scalar scalar ? literal(scalar) : reader.text(node, "if");
        if (text.isBlank()) {
            return Optional.empty();
        }
        return parsed(node.place(), text, where, true);
    }

    private Optional<Template> parsed(Place place, String text, Where where, boolean condition) {
        try {
            Template template = condition ? Template.condition(text) : Template.parse(text);
            template.parts().forEach(part -> part.walk(one -> check(one, place, where)));
            return Optional.of(template);
        } catch (ExpressionException e) {
            reader.problem(place, String.valueOf(e.getMessage()));
            return Optional.empty();
        }
    }

    private void check(Expression part, Place place, Where where) {
        if (part instanceof Expression.Context(String name) && !where.contexts.contains(name)) {
            reader.problem(
                    place,
                    "Unrecognized named-value: '" + name + "'; there is "
                            + String.join(", ", where.contexts.stream().sorted().toList()) + " here");
        }
        if (part instanceof Expression.Call(Expression.Function function, List<Expression> _)
                && (function.asksStatus() && !where.status
                        || function == Expression.Function.HASH_FILES && !where.hash)) {
            reader.problem(place, "Unrecognized function: '" + function.spelling() + "'; it cannot be used here");
        }
    }

    /** A scalar as GitHub has it as text: numbers and booleans in their usual form. */
    static String literal(YamlNode.Scalar scalar) {
        return Values.text(scalar.value());
    }

    /** Any value that may have expressions in it. */
    Dynamic dynamic(@Nullable YamlNode node, Where where) {
        return switch (node) {
            case null -> Dynamic.Constant.NOTHING;
            case YamlNode.Scalar scalar -> {
                if (!(scalar.value() instanceof String text) || !text.contains("${{")) {
                    yield new Dynamic.Constant(scalar.value());
                }
                yield parsed(scalar.place(), text, where, false)
                        .<Dynamic>map(Dynamic.Text::new)
                        .orElse(Dynamic.Constant.NOTHING);
            }
            case YamlNode.Sequence list -> {
                List<Dynamic> items = new ArrayList<>();
                list.items().forEach(item -> items.add(dynamic(item, where)));
                yield new Dynamic.Items(List.copyOf(items));
            }
            case YamlNode.Mapping map -> new Dynamic.Entries(entries(map, where), map.place());
        };
    }

    /** The entries of a map, whose values may have expressions in them. */
    Map<String, Dynamic> entries(YamlNode.Mapping map, Where where) {
        Map<String, Dynamic> entries = new LinkedHashMap<>();
        map.entries().forEach((name, value) -> entries.put(name, dynamic(value, where)));
        return entries;
    }
}
