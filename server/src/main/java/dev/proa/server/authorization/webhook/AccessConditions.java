package dev.proa.server.authorization.webhook;

import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.server.authorization.rbac.RbacAuthorizer;
import dev.proa.server.cel.CelType;
import dev.proa.server.cel.Compilation;
import dev.proa.server.cel.Environment;
import dev.proa.server.cel.EvaluationException;
import dev.proa.server.cel.Program;
import dev.proa.server.cel.Values;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The match conditions of an authorization webhook: expressions over the variable {@code request}, a SubjectAccessReviewSpec. Immutable. */
public final class AccessConditions {
    /** The webhook is for all requests. */
    public static final AccessConditions NONE = new AccessConditions(List.of());

    private static final CelType STRINGS = CelType.list(CelType.STRING);
    private static final CelType REQUIREMENT = struct(
            "kubernetes.SelectorRequirement",
            Map.of("key", CelType.STRING, "operator", CelType.STRING, "values", STRINGS));
    private static final Map<String, CelType> SELECTOR =
            Map.of("rawSelector", CelType.STRING, "requirements", CelType.list(REQUIREMENT));
    private static final Set<String> RESOURCE_FIELDS =
            Set.of("namespace", "verb", "group", "version", "resource", "subresource", "name");
    private static final CelType RESOURCE = CelType.struct(
            "kubernetes.ResourceAttributes",
            field -> RESOURCE_FIELDS.contains(plain(field))
                    ? CelType.STRING
                    : switch (field) {
                        case "fieldSelector" -> struct("kubernetes.FieldSelectorAttributes", SELECTOR);
                        case "labelSelector" -> struct("kubernetes.LabelSelectorAttributes", SELECTOR);
                        default -> null;
                    });
    private static final Environment VARIABLES = Environment.of(Map.of(
            "request",
            struct(
                    "kubernetes.SubjectAccessReviewSpec",
                    Map.of(
                            "resourceAttributes",
                            RESOURCE,
                            "nonResourceAttributes",
                            struct(
                                    "kubernetes.NonResourceAttributes",
                                    Map.of("path", CelType.STRING, "verb", CelType.STRING)),
                            "user",
                            CelType.STRING,
                            "groups",
                            STRINGS,
                            "extra",
                            CelType.map(CelType.STRING, STRINGS),
                            "uid",
                            CelType.STRING))));

    private final List<Condition> conditions;

    private record Condition(String expression, Program program) {}

    private AccessConditions(List<Condition> conditions) {
        this.conditions = conditions;
    }

    /**
     * What came of conditions.
     *
     * @param matched whether all are true
     * @param error why some could not be evaluated, where none is false; empty when all could
     */
    public record Outcome(boolean matched, String error) {}

    /** An expression is not valid; the message is that of Kubernetes. */
    public static final class InvalidException extends Exception {
        private static final long serialVersionUID = 1;

        private InvalidException(String message) {
            super(message);
        }
    }

    /**
     * These conditions and another one.
     *
     * @throws InvalidException when it is no expression that gives a boolean
     */
    public AccessConditions with(String expression) throws InvalidException {
        Compilation compilation = VARIABLES.compile(expression);
        if (compilation.failed()) {
            throw new InvalidException("compilation failed: " + compilation.issues());
        }
        if (!compilation.resultType().equals(CelType.BOOL)) {
            throw new InvalidException("must evaluate to bool but got " + compilation.resultType());
        }
        List<Condition> more = new ArrayList<>(conditions);
        try {
            more.add(new Condition(expression, compilation.program()));
        } catch (EvaluationException e) {
            throw new InvalidException("program instantiation failed: " + e.getMessage());
        }
        return new AccessConditions(List.copyOf(more));
    }

    public boolean isEmpty() {
        return conditions.isEmpty();
    }

    /** Evaluates conditions up to one that is false. */
    Outcome evaluate(MapValue spec) {
        Map<String, ?> variables = Map.of("request", value(spec));
        List<String> errors = new ArrayList<>(0);
        for (Condition condition : conditions) {
            Program.Result result = condition.program().evaluate(variables);
            if (result.failed()) {
                errors.add("cel evaluation error: expression '" + condition.expression() + "' resulted in error: "
                        + result.error());
            } else if (!Boolean.TRUE.equals(result.value())) {
                return new Outcome(false, "");
            }
        }
        return new Outcome(errors.isEmpty(), errors.isEmpty() ? "" : RbacAuthorizer.errors(errors));
    }

    /** The spec with all fields that are texts, lists or maps, also those that are empty. */
    private static Object value(MapValue spec) {
        MapValue full = MapValue.of("user", "", "groups", ListValue.EMPTY, "uid", "", "extra", MapValue.EMPTY);
        for (var field : spec) {
            full = full.with(field.getKey(), field.getValue());
        }
        if (spec.get("resourceAttributes") instanceof MapValue given) {
            MapValue.Builder resource = MapValue.builder(9);
            RESOURCE_FIELDS.forEach(field -> resource.put(field, given.string(field)));
            resource.putIfPresent("fieldSelector", given.get("fieldSelector"));
            resource.putIfPresent("labelSelector", given.get("labelSelector"));
            full = full.with("resourceAttributes", resource.build());
        }
        if (spec.get("nonResourceAttributes") instanceof MapValue given) {
            full = full.with(
                    "nonResourceAttributes", MapValue.of("path", given.string("path"), "verb", given.string("verb")));
        }
        return java.util.Objects.requireNonNull(Values.of(full));
    }

    private static CelType struct(String name, Map<String, CelType> fields) {
        return CelType.struct(name, field -> type(fields, field));
    }

    private static @Nullable CelType type(Map<String, CelType> fields, String field) {
        return fields.get(plain(field));
    }

    /** A reserved word, as {@code namespace}, is written {@code __namespace__} where it is the name of a field. */
    private static String plain(String field) {
        return field.startsWith("__") && field.endsWith("__") && field.length() > 4
                ? field.substring(2, field.length() - 2)
                : field;
    }
}
